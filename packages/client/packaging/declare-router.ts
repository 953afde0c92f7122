import { API, type Checker, type Type, type Symbol as TypeSymbol } from 'typescript/unstable/sync';
import { printBlock, printField, printType } from './print-type.ts';

const kinds = { '"query"': 'TRPCQueryProcedure', '"mutation"': 'TRPCMutationProcedure', '"subscription"': 'TRPCSubscriptionProcedure' };

/**
 * The gateway's router as a declaration file of its own: every procedure with its input, output and error written out, and nothing of how
 * the gateway is made.
 * @param project the path of a tsconfig.json whose program has the router in it
 * @param routerFile the path of the module that exports `appRouter`
 */
export function declareRouter(project: string, routerFile: string): string {
  const api = new API();
  try {
    const opened = api.updateSnapshot({ openProjects: [project] }).getProject(project);
    if (!opened) throw new Error(`${project} cannot be opened`);
    const { program, checker } = opened;
    const file = program.getSourceFile(routerFile);
    const exporter = file && checker.getSymbolAtLocation(file);
    const router = exporter && checker.getMemberInModuleExports(exporter, 'appRouter');
    if (!router) throw new Error(`There is no appRouter in ${routerFile}`);
    return printRouter(checker, typeOf(checker, router));
  } finally {
    api.close();
  }
}

function printRouter(checker: Checker, router: Type): string {
  const definition = member(checker, router, '_def');
  const errorShape = printType(checker, member(checker, member(checker, definition, '_config'), '$types', 'errorShape'));
  return `import type { ${Object.values(kinds).join(', ')}, TRPCBuiltRouter, TRPCDecorateCreateRouterOptions } from '@trpc/server';

type ErrorShape = ${errorShape};

export type AppRouter = TRPCBuiltRouter<
  { ctx: object; meta: object; errorShape: ErrorShape; transformer: false },
  TRPCDecorateCreateRouterOptions<${printRecord(checker, member(checker, definition, 'record'))}>
>;
`;
}

function printRecord(checker: Checker, record: Type): string {
  const entries = checker.getPropertiesOfType(record).map((property) => {
    const type = typeOf(checker, property);
    const value = checker.getPropertyOfType(type, '_def') ? printProcedure(checker, type) : printRecord(checker, type);
    return printField({ name: property.name, value, comment: property.getDocumentationComment(checker) });
  });
  return printBlock(entries);
}

function printProcedure(checker: Checker, procedure: Type): string {
  const definition = member(checker, procedure, '_def');
  const kind = Object.entries(kinds).find(([type]) => type === checker.typeToString(member(checker, definition, 'type')));
  if (!kind) throw new Error(`${checker.typeToString(procedure)} is no procedure`);
  const [input, output] = ['input', 'output'].map((side) => printType(checker, member(checker, definition, '$types', side)));
  return `${kind[1]}<{ input: ${input}; output: ${output}; meta: object; errorShape: ErrorShape }>`;
}

function member(checker: Checker, type: Type, ...path: string[]): Type {
  return path.reduce((owner, name) => {
    const property = checker.getPropertyOfType(owner, name);
    if (!property) throw new Error(`${checker.typeToString(owner)} has no ${name}`);
    return typeOf(checker, property);
  }, type);
}

function typeOf(checker: Checker, symbol: TypeSymbol): Type {
  const type = checker.getTypeOfSymbol(symbol);
  if (!type) throw new Error(`${symbol.name} has no type`);
  return type;
}
