/**
 * Turns off the AWS SDK's notice, of seven lines, that its later versions will need a newer Node: the versions here are pinned
 * and run on this one. To be called before the first client is made; a value that the caller has set stays.
 */
export function quietAwsSdk(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}
