from uuid import UUID

from apps.common.apps import AreaConfig


class MessagingConfig(AreaConfig):
    name = "apps.messaging"
    default = True

    def ready(self) -> None:
        super().ready()
        from django.db.models import OuterRef

        from apps.accounts.sessions import read_with_login
        from apps.messaging import queries
        from apps.tasks.policies import INVITATION_CHECKS

        unread = queries.unread_count_of(OuterRef("user_id"), OuterRef("user__last_organization_id"))
        read_with_login("unread_conversations", unread)

        def are_not_blocked(employer_id: UUID, freelancer_id: UUID) -> bool:
            return not queries.blocks_between(employer_id, freelancer_id)

        if not INVITATION_CHECKS:  # ready may be called again
            INVITATION_CHECKS.append(are_not_blocked)
