/**
 * Returns the jobs of a GitLab child pipeline: for each stack a plan, an apply of what that plan reviewed, and a look for drift. They
 * extend `.plan`, `.apply` and `.drift` of docs/gitlab-stack.yml, whose rules say when each runs. One entry of a YAML mapping a line, so that the file can be appended to that one.
 */
export function gitlabJobs(
  entries: readonly { readonly stack: string; readonly environment: string }[],
): string {
  return entries
    .flatMap(({ stack, environment }) => {
      const variables = { STACK: stack, ENVIRONMENT: environment };
      return [
        jobLine(`plan ${stack}`, { extends: '.plan', variables }),
        jobLine(`apply ${stack}`, { extends: '.apply', needs: [`plan ${stack}`], variables }),
        jobLine(`drift ${stack}`, { extends: '.drift', variables }),
      ];
    })
    .join('');
}

/** JSON is YAML: names with a colon or a number stay strings. */
function jobLine(name: string, job: object): string {
  return `${JSON.stringify(name)}: ${JSON.stringify(job)}\n`;
}
