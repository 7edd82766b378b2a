/** What of this process's environment a program needs that fetches from package registries: their tools' own settings and caches, proxies, certificates. */
const names =
  /^(HOME|USERPROFILE|(NO|HTTPS?|ALL)_PROXY|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|NPM_CONFIG_(?!LOCAL_PREFIX).*|PIP_.*|UV_.*)$/i

export function registryEnvironment(): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => names.test(name)))
}
