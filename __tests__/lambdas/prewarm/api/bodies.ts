/** The schemas of all answers, by which tests check what routes send. */
export * from '../../../../lambdas/prewarm/api/bodies';
export { uploadTargetBody } from '../../../../lambdas/prewarm/api/routes/create-list';
export { estimateBody } from '../../../../lambdas/prewarm/api/routes/estimate';
export { capacityBody } from '../../../../lambdas/prewarm/api/routes/fleet-capacity';
export { healthBody } from '../../../../lambdas/prewarm/api/routes/health';
export { requestListBody } from '../../../../lambdas/prewarm/api/routes/list-requests';
export { popListBody } from '../../../../lambdas/prewarm/api/routes/pops';
export { progressBody } from '../../../../lambdas/prewarm/api/routes/progress';
export { acceptedBody } from '../../../../lambdas/prewarm/api/routes/submit';
export { summaryBody } from '../../../../lambdas/prewarm/api/routes/summary';
