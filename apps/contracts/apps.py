from apps.common.apps import AreaConfig


class ContractsConfig(AreaConfig):
    name = "apps.contracts"
    default = True

    def ready(self) -> None:
        super().ready()
        from apps.contracts.queries import invariants
        from apps.ledger.queries.invariants import register_invariant

        register_invariant(
            "C1_milestones_that_differ_from_their_escrows", invariants.milestones_that_differ_from_their_escrows
        )
        register_invariant(
            "C2_contracts_that_differ_from_their_milestones", invariants.contracts_that_differ_from_their_milestones
        )
        register_invariant("C3_versions_whose_hash_differs", invariants.versions_whose_hash_differs)
