/** The app: for each environment its stacks. `npm run synth` writes them all to cdktf.out. */
import { App } from 'cdktf';
import { environments } from './environments';
import { AiShellEcsStack } from './modules/ai-shell-ecs-stack';
import { synthesizeStacks } from './modules/parts/synthesize-stacks';
import { PrewarmStack } from './modules/prewarm-stack';

const app = new App({ stackTraces: false });
for (const [environmentName, environment] of Object.entries(environments)) {
  new AiShellEcsStack(app, `ai-shell-ecs-${environmentName}`, { environmentName, environment });
  new PrewarmStack(app, `prewarm-${environmentName}`, { environmentName, environment });
}
synthesizeStacks(app);
