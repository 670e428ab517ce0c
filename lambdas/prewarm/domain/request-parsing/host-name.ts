const HOST_NAME =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** True for a lower-case DNS name of two or more labels; IP addresses are none. */
export const isHostName = (text: string): boolean => HOST_NAME.test(text);
