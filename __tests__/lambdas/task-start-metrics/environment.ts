process.env['COUNTED_TABLE'] = 'counted';
process.env['METRICS_NAMESPACE'] = 'Warmpath/Ecs';
process.env['CLUSTER'] = 'shell-ecs';
process.env['CAPACITY_PROVIDER'] = 'shell-capacity';
