import { serveBaseline } from './baseline-server.ts';

await serveBaseline(() => undefined);
