/** Names and versions of the documents that `--json` prints; what they hold is the body of the API. */
export const ACCEPTED_SCHEMA = 'warmpath/accepted/1';
export const ESTIMATE_SCHEMA = 'warmpath/estimate/1';
export const INSTANCES_SCHEMA = 'warmpath/instances/1';
export const REQUEST_SCHEMA = 'warmpath/request/1';
export const REQUEST_LIST_SCHEMA = 'warmpath/request-list/1';
export const STOPPED_SCHEMA = 'warmpath/stopped/1';
