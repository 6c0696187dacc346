# make lint-infra                        checks of the infrastructure, offline
# make deploy  SETTINGS=file             both stacks (infra/DEPLOY.md)
# make destroy SETTINGS=file SURE=prefix takes them down; what people made is kept

.PHONY: lint-infra deploy destroy

lint-infra:
	@infra/lint

# The programs are built for the architecture that the settings name.
deploy: portal
	@[ -f "$(SETTINGS)" ] || { echo "which settings? make deploy SETTINGS=file (infra/settings.example)"; exit 1; }
	arch=$$(sed -n 's/^Architecture= *//p' $(SETTINGS))
	infra/lambda/build $$([ "$$arch" = arm64 ] && echo aarch64 || echo x86_64)
	SAM_CLI_TELEMETRY=0 $$(infra/linting/install sam)/bin/python infra/deploy $(SETTINGS) up

destroy:
	@[ -f "$(SETTINGS)" ] || { echo "which settings? make destroy SETTINGS=file SURE=prefix"; exit 1; }
	SAM_CLI_TELEMETRY=0 $$(infra/linting/install sam)/bin/python infra/deploy $(SETTINGS) down $(SURE)
