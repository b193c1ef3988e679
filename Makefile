# Shortcuts. Each is one npm or node command; `make help` lists them.
.DEFAULT_GOAL := help
SUBGRAPHS := identity tracking registry datasets

help: ## this list
	@grep -hE '^[a-z][a-z%-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z%-]+):.*## /\1\t/' | expand -t 20
	@printf '%-20s%s\n' $(foreach name,$(SUBGRAPHS),test-$(name) "the tests of one subgraph")

up: ## start the platform in the background and wait until it is ready
	@node scripts/background.mjs up

down: ## stop what `make up` started
	@node scripts/background.mjs down

logs: ## follow the log of what `make up` started
	@tail -n 100 -F .sluice/sluice.log

demo: ## train, register and predict against the running platform
	@npm run --silent demo

dev: ## the platform from the sources, restarted on change
	@npm run --silent dev

test: ## everything that CI runs
	@npm --silent test

test-unit: ## the tests that need no server
	@npm --silent test -- --project unit

test-gateway: ## the tests of the gateway
	@npm --silent test -- gateway/

test-web: ## the tests of the web client
	@npm --silent test -- web/

$(SUBGRAPHS:%=test-%): test-%:
	@npm --silent test -- subgraphs/$*/

check: ## format, lint, types, boundaries, schema drift
	@node scripts/start.mjs prepare && npm run --silent check

format: ## write the code the way check wants it
	@npm run --silent format

schema: ## print and compose the graph, generate the web client's documents
	@npm run --silent schema

build: ## the bundles in dist/
	@npm run --silent build

clean: ## forget what was built
	@rm -rf dist

.PHONY: help up down logs demo dev test test-unit test-gateway test-web $(SUBGRAPHS:%=test-%) check format schema build clean
