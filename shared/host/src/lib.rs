//! Running handlers anywhere: batches, settings, signals.
