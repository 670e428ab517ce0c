from moto.cloudfront import models

# Lists of distributions leave out the alternate names: one cannot be found by them.
models.Distribution.Aliases = property(lambda self: self.distribution_config.Aliases)

# The status of an invalidation is spelled in capitals, which the service does not do: nobody sees it completed.
create_invalidation = models.Invalidation.__init__


def create_completed(self, *args, **kwargs):
    create_invalidation(self, *args, **kwargs)
    self.status = "Completed"


models.Invalidation.__init__ = create_completed
