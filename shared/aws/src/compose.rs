//! Adapters from settings: what the program of one function needs is built
//! once, at its start, and nothing else.
//!
//! A setting that is missing is noted and building goes on, so that
//! [`Compose::ready`] answers every problem at once. No adapter speaks to its
//! service before it is first used.

use crate::Aws;
use std::sync::Arc;

#[cfg(feature = "dynamodb")]
use crate::dynamodb::{self, Dynamo};
#[cfg(feature = "dynamodb")]
use rollcall_domain::retention::Retention;

/// Answers a setting by its name.
type Var = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Builds adapters.
pub struct Compose {
    aws: Aws,
    var: Box<Var>,
    problems: Vec<String>,
    #[cfg(feature = "dynamodb")]
    dynamo: Option<Dynamo>,
    #[cfg(feature = "dynamodb")]
    retention: Retention,
}

impl Compose {
    /// From the settings that `var` answers by their names.
    pub async fn new(var: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self {
            aws: Aws::from_env().await,
            var: Box::new(var),
            problems: Vec::new(),
            #[cfg(feature = "dynamodb")]
            dynamo: None,
            #[cfg(feature = "dynamodb")]
            retention: Retention::default(),
        }
    }

    /// The same with the policy of how long things are kept.
    #[cfg(feature = "dynamodb")]
    #[must_use]
    pub fn keeping(self, retention: Retention) -> Self {
        Self { retention, ..self }
    }

    /// Where the services are, and who asks.
    #[must_use]
    pub fn aws(&self) -> Aws {
        self.aws.clone()
    }

    /// What was made, if every setting was there.
    ///
    /// # Errors
    /// Every problem of the settings that were asked for.
    pub fn ready<T>(self, made: T) -> Result<T, Vec<String>> {
        if self.problems.is_empty() { Ok(made) } else { Err(self.problems) }
    }

    /// The text of a setting. Without it an adapter is built that nobody will
    /// use: the program ends with the problem.
    fn required(&mut self, name: &str, expected: &str) -> String {
        (self.var)(name).unwrap_or_else(|| {
            let problem = format!("{name} is missing; expected {expected}");
            if !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
            String::new()
        })
    }
}

/// From `ROLLCALL_TABLE_PREFIX`.
#[cfg(feature = "dynamodb")]
impl Compose {
    /// The stores in which residents and calls to them are kept.
    pub fn stores(&mut self) -> rollcall_ports::Stores {
        let dynamo = self.dynamo();
        rollcall_ports::Stores {
            residents: Arc::new(dynamodb::Residents::new(&dynamo)),
            attempts: Arc::new(dynamodb::Attempts::new(&dynamo)),
            callbacks: Arc::new(dynamodb::Callbacks::new(&dynamo)),
            escalations: Arc::new(dynamodb::Escalations::new(&dynamo)),
            checks: Arc::new(dynamodb::Checks::new(&dynamo)),
            days: Arc::new(dynamodb::Days::new(&dynamo)),
            pace: Arc::new(dynamodb::Pace::new(&dynamo)),
            switch: Arc::new(dynamodb::Switch::new(&dynamo)),
            suppressions: Arc::new(dynamodb::Suppressions::new(&dynamo)),
        }
    }

    /// The account of each upload.
    pub fn batches(&mut self, clock: &Arc<dyn rollcall_ports::Clock>) -> Arc<dynamodb::Batches> {
        Arc::new(dynamodb::Batches::new(&self.dynamo(), Arc::clone(clock)))
    }

    /// The dead letters.
    pub fn letters(&mut self) -> Arc<dynamodb::Letters> {
        Arc::new(dynamodb::Letters::new(&self.dynamo()))
    }

    /// Replays and discards of many of them.
    pub fn letter_jobs(&mut self) -> Arc<dynamodb::Jobs> {
        Arc::new(dynamodb::Jobs::new(&self.dynamo()))
    }

    /// Who is erased.
    pub fn erasures(&mut self, clock: &Arc<dyn rollcall_ports::Clock>) -> Arc<dynamodb::Erasures> {
        Arc::new(dynamodb::Erasures::new(&self.dynamo(), Arc::clone(clock)))
    }

    /// Who did what.
    pub fn audit(&mut self) -> Arc<dynamodb::Audit> {
        Arc::new(dynamodb::Audit::new(&self.dynamo()))
    }

    /// How far each shard of the stream is settled.
    pub fn checkpoints(&mut self) -> Arc<dynamodb::Progress> {
        Arc::new(dynamodb::Progress::new(&self.dynamo()))
    }

    /// One client for all: its connections are shared.
    fn dynamo(&mut self) -> Dynamo {
        if let Some(dynamo) = &self.dynamo {
            return dynamo.clone();
        }
        let prefix = self.required("ROLLCALL_TABLE_PREFIX", "the beginning of every table's name");
        self.dynamo.insert(Dynamo::new(&self.aws, &prefix).keeping(self.retention)).clone()
    }
}

/// From `ROLLCALL_QUEUE_…` and `ROLLCALL_DEAD_LETTERS_…`, by the names of
/// `topology.toml` in capitals.
#[cfg(feature = "sqs")]
impl Compose {
    /// A queue. Only Lambda polls it, so a receive need not wait.
    pub fn queue(&mut self, name: &'static str) -> Arc<crate::sqs::Queue> {
        let variable = format!("ROLLCALL_QUEUE_{}", name.to_ascii_uppercase());
        let url = self.required(&variable, "the URL of the queue");
        Arc::new(crate::sqs::Queue::new(&self.aws, name, &url, crate::sqs::Waiting::Short))
    }

    /// Every queue and all dead-letter queues, for whoever looks at them.
    pub fn queues(&mut self) -> crate::sqs::Queues {
        let mut queue = |name: &str| self.required(&format!("ROLLCALL_QUEUE_{name}"), "the URL of the queue");
        let [uploads, rows, call_requests] = ["UPLOADS", "ROWS", "CALL_REQUESTS"].map(&mut queue);
        let mut letters = |name: &str| {
            self.required(&format!("ROLLCALL_DEAD_LETTERS_{name}"), "the URL of the dead-letter queue")
        };
        let mut both = |queue, name| crate::sqs::QueueUrls { queue, dead_letters: letters(name) };
        crate::sqs::Queues {
            uploads: both(uploads, "UPLOADS"),
            rows: both(rows, "ROWS"),
            call_requests: both(call_requests, "CALL_REQUESTS"),
            outcomes_dead_letters: letters("OUTCOMES"),
            contact_events_dead_letters: letters("CONTACT_EVENTS"),
        }
    }
}

/// From `ROLLCALL_BUCKET_UPLOADS`.
#[cfg(feature = "s3")]
impl Compose {
    /// The uploaded files.
    pub fn uploads(&mut self) -> Arc<crate::s3::Bucket> {
        let name = self.required("ROLLCALL_BUCKET_UPLOADS", "the name of the bucket");
        Arc::new(crate::s3::Bucket::new(&self.aws, &name))
    }

    /// Files before they are loaded.
    pub fn deposits(&mut self, clock: &Arc<dyn rollcall_ports::Clock>) -> Arc<crate::s3::deposits::Forms> {
        let name = self.required("ROLLCALL_BUCKET_UPLOADS", "the name of the bucket");
        Arc::new(crate::s3::deposits::Forms::new(&self.aws, &name, Arc::clone(clock)))
    }
}

/// From `ROLLCALL_TOPIC_NOTICES`.
#[cfg(feature = "sns")]
impl Compose {
    /// The people who are told.
    pub fn notices(&mut self, clock: &Arc<dyn rollcall_ports::Clock>) -> Arc<crate::sns::Topic> {
        let arn = self.required("ROLLCALL_TOPIC_NOTICES", "the ARN of the topic");
        Arc::new(crate::sns::Topic::new(&self.aws, &arn, Arc::clone(clock)))
    }
}

/// From `ROLLCALL_CONNECT_…`.
#[cfg(feature = "connect")]
impl Compose {
    /// Amazon Connect. Without `ROLLCALL_CONNECT_SOURCE_NUMBER` the queue's own
    /// number is shown.
    pub fn telephony(&mut self) -> Arc<crate::connect::Connect> {
        let instance = self.instance();
        Arc::new(crate::connect::Connect::new(&self.aws, instance))
    }

    /// What of the instance is used.
    pub fn instance(&mut self) -> crate::connect::Instance {
        crate::connect::Instance {
            instance_id: self.required("ROLLCALL_CONNECT_INSTANCE_ID", "the id of the instance"),
            flow_id: self.required("ROLLCALL_CONNECT_FLOW_ID", "the id of the call flow"),
            queue_id: self.required("ROLLCALL_CONNECT_QUEUE_ID", "the id of the agents' queue"),
            source_number: (self.var)("ROLLCALL_CONNECT_SOURCE_NUMBER"),
        }
    }
}

/// From what tables, bucket and instance are found by.
#[cfg(all(feature = "connect", feature = "dynamodb", feature = "s3"))]
impl Compose {
    /// What besides the stores holds data of people, for whoever erases them.
    pub fn holdings(&mut self, clock: &Arc<dyn rollcall_ports::Clock>) -> rollcall_ports::Holdings {
        let lists = self.uploads();
        rollcall_ports::Holdings {
            erasures: self.erasures(clock),
            letters: self.letters(),
            uploads: lists.clone(),
            shelf: lists,
            batches: self.batches(clock),
            telephony: self.telephony(),
            audit: self.audit(),
        }
    }
}

/// From `ROLLCALL_STREAM_OUTCOMES`.
#[cfg(feature = "kinesis")]
impl Compose {
    /// The stream, for a program that polls it itself.
    pub fn records(&mut self) -> Records {
        let name = self.required("ROLLCALL_STREAM_OUTCOMES", "the name of the stream");
        Records { aws: self.aws.clone(), name }
    }

    /// Outside Lambda, nobody else says where the services are.
    pub fn region(&mut self) {
        if self.aws.shared.region().is_none() {
            let problem = "AWS_REGION is missing; expected the Region of the instance, such as eu-west-2";
            self.problems.push(problem.to_owned());
        }
    }
}

/// The stream of records of calls, by its name.
#[cfg(feature = "kinesis")]
#[derive(Clone, Debug)]
pub struct Records {
    aws: Aws,
    /// Its name.
    pub name: String,
}

#[cfg(feature = "kinesis")]
impl Records {
    /// Reads it after what `checkpoints` hold.
    ///
    /// # Errors
    /// When it does not exist or may not be read.
    pub async fn reader(
        &self,
        checkpoints: Arc<dyn rollcall_ports::Checkpoints>,
    ) -> Result<crate::kinesis::Reader, rollcall_ports::Fault> {
        crate::kinesis::Reader::open(&self.aws, &self.name, checkpoints).await
    }

    /// How far it is taken in by whoever writes `checkpoints`.
    #[must_use]
    pub fn horizon(&self, checkpoints: Arc<dyn rollcall_ports::Checkpoints>) -> crate::kinesis::Horizon {
        crate::kinesis::Horizon::new(&self.aws, &self.name, checkpoints)
    }
}

/// From `ROLLCALL_STREAM_OUTCOMES`.
#[cfg(all(feature = "kinesis", feature = "dynamodb"))]
impl Compose {
    /// How far the stream has been taken in.
    pub fn horizon(&mut self) -> Arc<crate::kinesis::Horizon> {
        let stream = self.required("ROLLCALL_STREAM_OUTCOMES", "the name of the stream");
        let checkpoints = self.checkpoints();
        Arc::new(crate::kinesis::Horizon::new(&self.aws, &stream, checkpoints))
    }
}

/// From `ROLLCALL_STREAM_OUTCOMES`, beside the queues.
#[cfg(all(feature = "kinesis", feature = "sqs"))]
impl Compose {
    /// Sends dead letters back where they came from.
    pub fn replays(&mut self, queues: &crate::sqs::Queues) -> Arc<crate::replays::Replays> {
        let stream = self.required("ROLLCALL_STREAM_OUTCOMES", "the name of the stream");
        Arc::new(crate::replays::Replays::new(&self.aws, queues, &stream))
    }

    /// What arrives in each dead-letter queue.
    pub fn arrivals(&mut self, queues: &crate::sqs::Queues) -> Vec<Arc<dyn rollcall_ports::Arrivals>> {
        let stream = self.required("ROLLCALL_STREAM_OUTCOMES", "the name of the stream");
        let topology = rollcall_contracts::topology::Topology::shipped();
        let queues = queues.dead_letters(topology).into_iter();
        let arrivals = queues.map(|queue| {
            let arrivals = crate::arrivals::Arrivals::new(&self.aws, queue, &stream);
            Arc::new(arrivals) as Arc<dyn rollcall_ports::Arrivals>
        });
        arrivals.collect()
    }
}

#[cfg(all(
    test,
    feature = "connect",
    feature = "dynamodb",
    feature = "kinesis",
    feature = "s3",
    feature = "sqs"
))]
mod tests {
    use super::Compose;

    #[tokio::test]
    async fn every_missing_setting_is_told_at_once_and_once() {
        let mut aws = Compose::new(|_| None).await;
        let (_, _, _) = (aws.stores(), aws.audit(), aws.checkpoints());
        let (_, _, _) = (aws.uploads(), aws.queue("call_requests"), aws.letters());
        let (_, _) = (aws.telephony(), aws.horizon());
        let queues = aws.queues();
        assert_eq!(aws.arrivals(&queues).len(), 5);
        let problems = aws.ready(()).unwrap_err();
        let names: Vec<&str> = problems.iter().filter_map(|problem| problem.split(' ').next()).collect();
        assert_eq!(
            names,
            [
                "ROLLCALL_TABLE_PREFIX",
                "ROLLCALL_BUCKET_UPLOADS",
                "ROLLCALL_QUEUE_CALL_REQUESTS",
                "ROLLCALL_CONNECT_INSTANCE_ID",
                "ROLLCALL_CONNECT_FLOW_ID",
                "ROLLCALL_CONNECT_QUEUE_ID",
                "ROLLCALL_STREAM_OUTCOMES",
                "ROLLCALL_QUEUE_UPLOADS",
                "ROLLCALL_QUEUE_ROWS",
                "ROLLCALL_DEAD_LETTERS_UPLOADS",
                "ROLLCALL_DEAD_LETTERS_ROWS",
                "ROLLCALL_DEAD_LETTERS_CALL_REQUESTS",
                "ROLLCALL_DEAD_LETTERS_OUTCOMES",
                "ROLLCALL_DEAD_LETTERS_CONTACT_EVENTS",
            ]
        );
    }

    #[tokio::test]
    async fn what_needs_no_more_than_is_there_is_ready() {
        let settings = |name: &str| (name == "ROLLCALL_TABLE_PREFIX").then(|| "rollcall-".to_owned());
        let mut aws = Compose::new(settings).await;
        let stores = aws.stores();
        assert!(aws.ready(stores).is_ok());
    }
}
