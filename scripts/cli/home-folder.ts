import { homedir } from 'node:os';

/** As Debian gives users that have no home: it is not there, and only root could make it. */
const NO_HOME = '/nonexistent';

/** Returns the user's home, or a folder that does not exist where the system knows none, as of a user id that a container was given. */
export function homeFolder(): string {
  try {
    return homedir();
  } catch {
    return NO_HOME;
  }
}
