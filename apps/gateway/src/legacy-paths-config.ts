import { engineIds } from '@imagegen/core/engines/engine';
import * as z from 'zod';

const path = z.string().regex(/^[\w.-]+(\/[\w.-]+){0,3}$/, 'must be a path like "fal-ai/flux-lora"');

/** `LEGACY_PATHS`: JSON, a path below `/api:_WUcacrv` to an engine id or `auto`. */
export const legacyPathsEnv = z
  .string()
  .transform((text, issues) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      issues.addIssue({ code: 'custom', message: 'must be a JSON object of paths and engines' });
      return z.NEVER;
    }
  })
  .pipe(z.record(path, z.enum([...engineIds, 'auto'])));
