// Preloaded: lets `import 'some-package'` find MCP_OAUTH_E2E_MODULES, which lies outside the source tree.
import * as modules from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = pathToFileURL(new URL('..', import.meta.url).pathname).href;
const parentURL = pathToFileURL(join(process.env.MCP_OAUTH_E2E_MODULES, '..', 'package.json')).href;

modules.registerHooks({
  resolve(specifier, context, next) {
    const bare = !/^(node:|file:|data:|[./])/.test(specifier);
    const ours = context.parentURL?.startsWith(root);
    return next(specifier, bare && ours ? { ...context, parentURL } : context);
  },
});
