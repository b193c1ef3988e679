/** Requests of MLflow's WebhookService and what MLflow 3.17.2 answered: recorded from the real server, with http and private addresses allowed where a case says so. */
export interface WebhookGolden {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly status: number
  readonly answer: unknown
}

const base = '/api/2.0/mlflow/webhooks'
const created = [{ entity: 'MODEL_VERSION', action: 'CREATED' }]
const refused = (message: string) => ({ status: 400, answer: { error_code: 'INVALID_PARAMETER_VALUE', message, sqlstate: 'KAM00', error_class: 'INVALID_PARAMETER_VALUE' } })
const missing = { status: 404, answer: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'Webhook with ID MISSING not found.', sqlstate: 'KAM00', error_class: 'RESOURCE_NOT_FOUND' } }
const badName = (shown: string) =>
  refused(
    `Webhook name ${shown} is invalid. It must start and end with a letter or digit, be less than 63 characters long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-).`,
  )
const more = 'See the API docs for more information about request parameters.'
const post = (name: string, body: object, wanted: { status: number; answer: unknown }): WebhookGolden => ({ name, method: 'POST', path: base, body, ...wanted })

/** example.com does not resolve where these were recorded. */
export const webhookGoldens: readonly WebhookGolden[] = [
  post('webhook create no events', { name: 'w', url: 'https://example.com' }, refused(`Missing value for required parameter 'events'. ${more}`)),
  post('webhook create bad url', { name: 'w', url: 'ftp://x', events: created }, refused("Invalid webhook URL scheme: 'ftp'. Allowed schemes are: https.")),
  post('webhook create http', { name: 'w', url: 'http://example.com', events: created }, refused("Invalid webhook URL scheme: 'http'. Allowed schemes are: https.")),
  post(
    'webhook bad combo',
    { name: 'w', url: 'https://example.com', events: [{ entity: 'REGISTERED_MODEL', action: 'DELETED' }] },
    refused("Invalid action 'deleted' for entity 'registered_model'. Valid actions are: ['created']"),
  ),
  post('webhook bad name', { name: '-w', url: 'https://example.com', events: created }, badName("'-w'")),
  post('webhook create', { name: 'w', url: 'https://example.com', events: created }, refused("Cannot resolve Webhook URL hostname 'example.com': [Errno -2] Name or service not known")),
  { name: 'webhook get', method: 'GET', path: `${base}/MISSING`, ...missing },
  { name: 'webhook list', method: 'GET', path: base, status: 200, answer: {} },
  { name: 'webhook delete', method: 'DELETE', path: `${base}/MISSING`, ...missing },
  { name: 'webhook get missing', method: 'GET', path: `${base}/MISSING`, ...missing },
  { name: 'webhook patch missing', method: 'PATCH', path: `${base}/MISSING`, body: { name: 'x' }, ...missing },
  { name: 'webhook test missing', method: 'POST', path: `${base}/MISSING/test`, body: {}, ...missing },
  { name: 'webhook test no content type', method: 'POST', path: `${base}/MISSING/test`, ...refused('Bad Request. Content-Type header is missing.') },
  post('webhook empty events', { name: 'w', url: 'https://example.com', events: [] }, refused('Webhook events must be a non-empty list of WebhookEvent objects: [].')),
  post('webhook events text', { name: 'w', url: 'https://example.com', events: 'x' }, refused(`Invalid value "x" for parameter 'events' supplied:  Hint: Value was of type 'str'. ${more}`)),
  post('webhook quote name', { name: "it's", url: 'https://example.com', events: created }, badName('"it\'s"')),
  post('webhook backslash name', { name: 'a\\b', url: 'https://example.com', events: created }, badName("'a\\\\b'")),
  post('webhook int name', { name: 5, url: 'https://example.com', events: created }, refused(`Invalid value 5 for parameter 'name' supplied:  Hint: Value was of type 'int'. ${more}`)),
  post('webhook no host', { name: 'w', url: 'https://', events: created }, refused("Webhook URL must include a hostname: 'https://'")),
  post('webhook empty host', { name: 'w', url: 'https:///x', events: created }, refused("Webhook URL must include a hostname: 'https:///x'")),
  post('webhook blank url', { name: 'w', url: '  ', events: created }, refused("Webhook URL cannot be empty or just whitespace: '  '")),
  post('webhook no scheme', { name: 'w', url: 'nourl', events: created }, refused("Invalid webhook URL scheme: ''. Allowed schemes are: https.")),
  { name: 'webhook list negative', method: 'GET', path: `${base}?max_results=-1`, ...refused('max_results must be between 1 and 1000.') },
  { name: 'webhook list too many', method: 'GET', path: `${base}?max_results=1001`, ...refused('max_results must be between 1 and 1000.') },
  { name: 'webhook list text', method: 'GET', path: `${base}?max_results=x`, ...refused(`Invalid value "x" for parameter 'max_results' supplied:  Hint: Value was of type 'str'. ${more}`) },
  { name: 'webhook list bad token', method: 'GET', path: `${base}?page_token=abc`, ...refused('Invalid page token, could not base64-decode') },
]
