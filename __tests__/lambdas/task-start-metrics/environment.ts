process.env['COUNTED_TABLE'] = 'counted';
process.env['METRICS_NAMESPACE'] = 'Warmpath/Ecs';
