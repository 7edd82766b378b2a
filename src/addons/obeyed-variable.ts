/**
 * Variables that shells, loaders and the tools of developers do something for, whatever they were meant for: `eval "$(flavour config env)"` with a
 * default of an addon in one of them would run what nobody has allowed. No setting of an addon is called so.
 */
const names = [
  // Shells
  'BASHOPTS|BASH_ENV|CDPATH|ENV|FPATH|HOME|IFS|PATH|PATHEXT|PROMPT_COMMAND|PS[0-4]|SHELL|SHELLOPTS|ZDOTDIR',
  // Loaders, and what is started for the user
  '(?:DYLD|LD)_\\w+|GCONV_PATH|BROWSER|EDITOR|LESSOPEN|PAGER|VISUAL',
  // Languages
  '(?:_JAVA|JAVA_TOOL|JDK_JAVA)_OPTIONS|NODE_(?:OPTIONS|PATH)|PERL(?:5DB|5LIB|5OPT|LIB)|PHPRC|PHP_INI_SCAN_DIR|PYTHON(?:BREAKPOINT|HOME|PATH|STARTUP)|RUBY(?:LIB|OPT)',
  // Tools, and the way to where they get things
  'GIT_(?:ASKPASS|CONFIG\\w*|EDITOR|EXEC_PATH|EXTERNAL_DIFF|PAGER|PROXY_COMMAND|SSH|SSH_COMMAND)|GRADLE_OPTS|MAKEFLAGS|MAVEN_(?:ARGS|OPTS)|NPM_CONFIG_\\w+|PIP_\\w+|SSH_ASKPASS|UV_\\w+',
  '(?:ALL|HTTPS?)_PROXY|DOCKER_(?:CONFIG|HOST)|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:DIR|FILE)',
  // Ours
  'FLAVOR_\\w+',
]

const obeyed = new RegExp(`^(?:${names.join('|')})$`, 'i')

export const isObeyed = (variable: string): boolean => obeyed.test(variable)
