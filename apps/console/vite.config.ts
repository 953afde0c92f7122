import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * The gateway serves what is built here under a strict Content-Security-Policy: it replaces the placeholder by a nonce of each answer's own.
 * Assets have their hash in their names and stand under /console.
 */
export default defineConfig({
  plugins: [react()],
  html: { cspNonce: '__CSP_NONCE__' },
  build: { assetsDir: 'console', target: 'es2023', sourcemap: false, chunkSizeWarningLimit: 900 },
});
