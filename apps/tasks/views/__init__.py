"""Pages of tasks: `search` (list, task page), `briefs` (drafts, publication), `questions` (questions, invitations)."""
