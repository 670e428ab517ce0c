import { type ErrorCode, WarmpathError } from '../../errors/warmpath-error';

/** What the operator of a service or a run chooses, under the names that its errors call it by. */
export interface SettingNames {
  readonly dataDir: string;
  readonly apiKeyFile: string;
  readonly webhookSecretFile: string;
  readonly host: string;
  readonly port: string;
}

const NAMES: SettingNames = {
  dataDir: 'data directory',
  apiKeyFile: 'API key file',
  webhookSecretFile: 'webhook secret file',
  host: 'host',
  port: 'port',
};

/** A setting that cannot be used; nothing was started. */
export abstract class RefusedSetting extends WarmpathError {
  /** @param explain the message, for any names of the settings */
  constructor(
    code: ErrorCode,
    readonly explain: (names: SettingNames) => string,
    options?: ErrorOptions,
  ) {
    super(code, explain(NAMES), options);
  }
}
