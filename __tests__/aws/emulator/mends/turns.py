"""Moto has no locks: what two requests change at the same time can get lost."""


def take_turns(owner, names, lock):
    """Lets one of these methods run at a time; those that hold the same lock wait for each other."""

    def one_at_a_time(operation):
        def locked(*args, **kwargs):
            with lock:
                return operation(*args, **kwargs)

        return locked

    for name in names:
        setattr(owner, name, one_at_a_time(getattr(owner, name)))
