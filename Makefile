PYTHON ?= python3
.PHONY: demo test test-full lint setup manage pins clean
demo:   ; @$(PYTHON) go.py demo $(ARGS)
test:   ; @$(PYTHON) go.py test $(ARGS)
test-full: ; @$(PYTHON) go.py test-full $(ARGS)
lint:   ; @$(PYTHON) go.py lint $(ARGS)
setup:  ; @$(PYTHON) go.py setup
manage: ; @$(PYTHON) go.py manage $(ARGS)
pins:   ; @$(PYTHON) go.py pins
clean:  ; rm -rf .venv .devstack staticfiles artifacts
