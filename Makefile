.DEFAULT_GOAL := help
.PHONY: help demo stop test torture bench browser screenshots

help: ## tell what there is
	@echo "make demo          a good model is promoted, a degraded one is refused; with a real MLflow server"
	@echo "make demo KEEP=1   the same, and leaves the servers running to look around"
	@echo "make stop          ends what KEEP=1 has left running"
	@echo "make test          all tests, against real MLflow servers and, where it can be built, in Jenkins"
	@echo "make torture       every fault at every request, fuzzers, properties; takes an hour or so"
	@echo "make bench         measures speed and size, and writes the figures into docs/dev/performance.md"
	@echo "make browser       walks through a real Jenkins with the plugin in headless Chromium"
	@echo "make screenshots   takes the pictures of the documentation from a real Jenkins"
	@echo "Needed: JDK 17, Maven 3.8, Python 3.10 to 3.12. The rest is fetched into .cache/. MAVEN_ARGS is passed to Maven."

demo: ## show the gate at work
	@KEEP='$(KEEP)' scripts/demo.sh

stop:
	@scripts/stop.sh

test:
	@scripts/test.sh

torture:
	@scripts/torture.sh

bench:
	@scripts/bench.sh

browser:
	@scripts/browser.sh walk

screenshots:
	@scripts/browser.sh screenshots
