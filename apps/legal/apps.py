from apps.common.apps import AreaConfig


class LegalConfig(AreaConfig):
    name = "apps.legal"
    default = True

    def ready(self) -> None:
        super().ready()
        from allauth.account.signals import user_signed_up

        from apps.legal.subscribers import signed_up

        user_signed_up.connect(signed_up, dispatch_uid="legal.signed_up")
