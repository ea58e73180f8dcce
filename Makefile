# podpilot: `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# ---- the main job: train in simulation -------------------------------------------------------------------
AGENT         ?= ppo
ENV_MODE      ?= simulate
TIMESTEPS     ?= 100000
EVAL_EPISODES ?= 100
SCENARIO      ?= default
TRACE         ?=
PEAK_REPLICAS ?=
SEED          ?= 1
OUT           ?=

PODPILOT = cargo run --quiet --release --locked --package podpilot --

.PHONY: train-simulation
train-simulation: ## Train AGENT=ppo|dqn|hybrid on SCENARIO= or TRACE=, evaluate against HPA, write a run directory
	@cargo build --release --locked --package podpilot
	@$(PODPILOT) train --agent '$(AGENT)' --env-mode '$(ENV_MODE)' --timesteps '$(TIMESTEPS)' \
		--episodes '$(EVAL_EPISODES)' --scenario '$(SCENARIO)' --seed '$(SEED)' \
		$(if $(TRACE),--trace '$(TRACE)') $(if $(PEAK_REPLICAS),--peak-replicas '$(PEAK_REPLICAS)') \
		$(if $(OUT),--out '$(OUT)')

# ---- checks ----------------------------------------------------------------------------------------------
.PHONY: test format lint unit docs
test: format lint unit docs checks ## Formatting, lints, unit and integration tests, documentation build, checks

format: ## Check formatting
	cargo fmt --all --check

lint: ## Lints, warnings are errors
	cargo clippy --workspace --all-targets --locked -- --deny warnings

unit: ## Unit and integration tests
	cargo test --workspace --locked

docs: ## Build the API documentation, warnings are errors
	RUSTDOCFLAGS='--deny warnings' cargo doc --workspace --no-deps --locked --quiet

# ---- what is not Rust: manifests, load scripts, shell scripts, rules, dashboards, documentation ---------------
.PHONY: checks check-manifests check-load-test check-scripts check-monitoring check-doctor check-docs check-licences monitoring reference
checks: ## All of the check-… targets
	@checks/run.sh

check-manifests: ## Manifests, also against an apiserver of their own
	@checks/run.sh manifests

check-load-test: ## k6 scripts: unit tests under Node, k6's types
	@checks/run.sh load-test

check-scripts: ## Shell scripts: shellcheck, and which commands they give on fresh, half-done, done and failing machines
	@checks/run.sh scripts

check-monitoring: ## Rules (promtool unit tests), dashboards (structure, names), generated files in step
	@checks/run.sh monitoring

check-doctor: ## podpilot doctor on faults in a real control plane
	@checks/run.sh doctor

check-docs: ## Documentation: built, links, every command that can run here, reference in step with the code
	@checks/run.sh docs

check-licences: ## Licence and source of every dependency, by deny.toml
	@checks/run.sh licences

reference: ## Write docs/reference from the command line, the scenario schema and monitoring/
	@cargo build --quiet --locked --package podpilot
	@"$$(checks/python.sh)" checks/reference.py "$${CARGO_TARGET_DIR:-target}/debug/podpilot"

monitoring: ## Write dashboards and PrometheusRules from monitoring/dashboards.py and monitoring/rules
	@"$$(checks/python.sh)" monitoring/generate.py

# ---- evidence --------------------------------------------------------------------------------------------
.PHONY: bench learn-check
bench: ## Simulator steps/s beside its error, and training speed beside Stable-Baselines3
	cargo run --quiet --release --locked --package podpilot-simulator --example decision_steps
	bench/learning-speed.sh

learn-check: ## CartPole, Acrobot, MountainCar against Stable-Baselines3's own results (under 40 minutes; OUT= file)
	@cargo run --quiet --release --locked --package podpilot-learning --example learn_check -- $(if $(OUT),--out '$(OUT)')

# ---- load generator --------------------------------------------------------------------------------------
.PHONY: bench-load
bench-load: ## podpilot load beside vegeta on one nginx, and the error of its send times
	bench/load-generator.sh

# ---- tracking --------------------------------------------------------------------------------------------
.PHONY: bench-tracking
bench-tracking: ## What W&B, TensorBoard and JSON lines cost of training time
	bench/tracking-cost.sh

# ---- a real Kubernetes on this machine (testbed/README.md); needs root on Debian or Ubuntu ---------------------
.PHONY: testbed testbed-down e2e
testbed: ## Bring up a real Kubernetes with a demo service (PROFILE=kwok: with simulated nodes)
	@PROFILE='$(or $(PROFILE),default)' testbed/up.sh

testbed-down: ## Remove the testbed and every trace of it
	@testbed/down.sh

e2e: ## On the testbed: the real HPA scales the demo service up and down under podpilot load
	@testbed/e2e.sh

# ---- a cluster of your own (scripts/); variables: see the head of each script -----------------------------------
.PHONY: setup start stop restart verify clean
setup: ## MicroK8s with monitoring: on Linux itself, on a Mac in a virtual machine
	@if [ "$$(uname -s)" = Darwin ]; then scripts/install_microk8s_macos.sh; else scripts/install_microk8s.sh; fi

start: ## Demo service, load and report on the cluster of KUBECONFIG (SKIP_LOADTEST=true: no load)
	@scripts/run_simulation.sh

stop: ## Remove what start created, and nothing else (YES=1: without asking)
	@scripts/stop_simulation.sh $(if $(YES),--yes)

restart: stop start ## stop, then start

verify: ## What is wrong with the cluster, and what to do: podpilot doctor
	@$(PODPILOT) doctor

clean: ## Remove what was built; runs/ stays
	cargo clean
	rm -rf site

# ---- HPA against Kubernetes' own -------------------------------------------------------------------------
CASES ?= 1000000

.PHONY: hpa-oracle hpa-oracle-mutations
hpa-oracle: ## CASES random cases through our HPA and Kubernetes' own (needs Go); SEED=
	@oracle=$$(testbed/hpa-oracle/build.sh) && \
		cargo run --quiet --release --locked --package podpilot-hpa-cases --example against_upstream -- \
			"$$oracle" '$(CASES)' '$(SEED)'

hpa-oracle-mutations: ## Which small changes of our HPA that comparison notices, each with how many of 10 000 cases
	@testbed/hpa-oracle/mutations.sh 10000 '$(SEED)'

# ---- scoreboard ------------------------------------------------------------------------------------------
.PHONY: scoreboard scoreboard-quick
scoreboard: ## Every rival tuned, agents trained, on every recorded trace; report in bench/runs (long)
	bench/scoreboard.sh full

scoreboard-quick: ## The same on two traces with small budgets
	bench/scoreboard.sh quick

# ---- the models against a real cluster (needs root and a running testbed) -----------------------------------
CALIBRATION ?= bench/runs/calibration
RECORDING   ?= bench/runs/recording
MINUTES     ?= 20
HPA         ?= bench/hpa-recorded.yaml

.PHONY: calibrate record-run hpa-live-check simulator-check
calibrate: ## Measure the demo service at many loads (CALIBRATION=, resumable), fit the service model, plot both
	bench/in-testbed.sh calibrate measure --out '$(CALIBRATION)'
	bench/in-testbed.sh calibrate startup --out '$(CALIBRATION)'
	bench/in-testbed.sh calibrate lags --out '$(CALIBRATION)'
	bench/in-testbed.sh calibrate probes --out '$(CALIBRATION)'
	cargo run --quiet --release --locked --package podpilot-experiments -- calibrate fit '$(CALIBRATION)'

record-run: ## Record a run of MINUTES= under the real HPA= in RECORDING= (testbed with TESTBED_RECORD_HPA=1)
	bench/in-testbed.sh record --out '$(RECORDING)' --hpa '$(HPA)' --minutes '$(MINUTES)'

hpa-live-check: ## Give our HPA what the real one read in RECORDING=; both must decide alike
	cargo run --quiet --release --locked --package podpilot-experiments -- replay-hpa '$(RECORDING)'

simulator-check: ## Predict RECORDING= by the simulator and report the errors
	cargo run --quiet --release --locked --package podpilot-experiments -- replay-simulator '$(RECORDING)'

# ---- agents against the controller they start from --------------------------------------------------------
.PHONY: agents
agents: ## Every agent on every recorded trace, five seeds, against quantile at matched service (long; resumable)
	bench/agents.sh

# ---- operator (docs/operator.md) -------------------------------------------------------------------------
.PHONY: operator-test operator-check operator-e2e manifests
operator-test: ## The operator against a real etcd and kube-apiserver, signals made to fail on purpose
	@testbed/build.sh
	cargo test --locked --package podpilot-operator
	cargo test --locked --package podpilot --features cluster cluster

operator-check: ## Lints with the feature cluster; install.yaml is what the chart makes; the main command compiles no kube
	cargo clippy --package podpilot --features cluster --all-targets --locked -- --deny warnings
	deployments/render.sh --check
	@! cargo tree --locked --package podpilot --edges normal --prefix none | grep -E '^(kube|axum|k8s-openapi) '

operator-e2e: ## On the testbed: the operator watches, fits, then scales the demo service under podpilot load
	@testbed/operator-e2e.sh

manifests: ## Make deployments/install.yaml from the chart
	deployments/render.sh

.PHONY: help
help: ## This list
	@grep --extended-regexp '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sort | sed 's/:.*## /\t/' | expand --tabs=20
