PYTHON ?= python3
.PHONY: demo test test-full lint docs setup manage pins clean
demo:   ; @$(PYTHON) go.py demo $(ARGS)
test:   ; @$(PYTHON) go.py test $(ARGS)
test-full: ; @$(PYTHON) go.py test-full $(ARGS)
lint:   ; @$(PYTHON) go.py lint $(ARGS)
docs:   ; @$(PYTHON) go.py docs
setup:  ; @$(PYTHON) go.py setup
manage: ; @$(PYTHON) go.py manage $(ARGS)
pins:   ; @$(PYTHON) go.py pins
clean:  ; @$(PYTHON) go.py clean
