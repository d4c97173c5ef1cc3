"""Pages of tasks: `finding` (list, task page), `posting` (drafts, publication), `talking` (questions, invitations)."""
