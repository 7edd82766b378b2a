import type {AddonManager} from '@flavor/contract'

const node: AddonManager = {check: async () => [], find: async () => undefined, plan: async () => []}

export default node
