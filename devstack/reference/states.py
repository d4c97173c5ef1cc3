"""One page per state machine, and an index."""

from __future__ import annotations

from collections.abc import Iterator

from devstack.reference.markdown import page


def state_pages() -> Iterator[tuple[str, str]]:
    from apps.common.management.commands.draw_states import machines

    result = machines()
    for name, machine in result.items():
        yield f"states/{name}.md", machine.markdown()
    links = "\n".join(f"* [{name.replace('_', ' ')}]({name}.md)" for name in result)
    yield (
        "states/README.md",
        page("States", "Every status has a state machine: a table of verbs. These pages are generated from it.", links),
    )
