/** What Terraform and OpenTofu say about why; a hint, never what a change is counted by. Others are passed over. */
const REASONS: Readonly<Record<string, string>> = {
  replace_because_tainted: 'it is tainted: an earlier apply left it half made',
  replace_because_cannot_update: 'an attribute cannot be changed in place',
  replace_by_request: 'asked for with -replace',
  replace_by_triggers: 'replace_triggered_by: something that it names changes',
  delete_because_no_resource_config: 'it is no longer in the configuration',
  delete_because_wrong_repetition: 'count or for_each was added or removed',
  delete_because_count_index: 'its index is past the count',
  delete_because_each_key: 'its key is no longer in for_each',
  delete_because_no_module: 'its module is no longer in the configuration',
  delete_because_no_move_target: 'it was moved to an address that does not exist',
  delete_because_enabled_false: 'enabled is false',
  forgot_because_lifecycle_destroy_in_state: 'destroy = false, as recorded in the state',
  forgot_because_lifecycle_destroy_in_config: 'destroy = false in the configuration',
  read_because_config_unknown: 'its arguments are known after apply',
  read_because_dependency_pending: 'something that it depends on changes',
  read_because_check_nested: 'a check asks for it',
};

/** Returns the reason in a sentence; undefined for none and for one that is not known. */
export function reasonText(reason: string | null | undefined): string | undefined {
  return typeof reason === 'string' && Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined;
}
