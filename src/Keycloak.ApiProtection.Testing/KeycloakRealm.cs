using Keycloak.ApiProtection.Testing.Acts;
using Keycloak.ApiProtection.Testing.Diagnostics;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Hosting;
using Keycloak.ApiProtection.Testing.Tokens;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keycloak.ApiProtection.Testing;

/// <summary>
/// An embedded Keycloak realm with real keys, real HTTP, and Keycloak's endpoints and responses. For tests and development only.
/// </summary>
/// <remarks>
/// The realm serves the requests that an API and its clients send (discovery, keys, tokens, introspection, revocation, logout, userinfo)
/// as Keycloak 26 does. Its content comes from a realm export. There are no login pages and no admin console. The realm listens only on
/// 127.0.0.1, logs a warning at startup, and does not start in Production. All members are thread-safe, and several realms can run at the
/// same time.
/// </remarks>
public sealed class KeycloakRealm : IAsyncDisposable
{
    private readonly Realm _realm;
    private readonly IRealmHost _host;

    private KeycloakRealm(Realm realm, IRealmHost host, Uri? hostname, Disturbances disturbances, RequestCounters requests)
    {
        _realm = realm;
        _host = host;
        Requests = requests;
        BaseAddress = hostname ?? host.BaseAddress;
        Issuer = $"{BaseAddress.AbsoluteUri.TrimEnd('/')}/realms/{Uri.EscapeDataString(realm.Export.Name)}";
        Keys = new KeycloakRealmKeys(realm);
        Users = new KeycloakRealmUsers(realm);
        Sessions = new KeycloakRealmSessions(realm, Issuer);
        Clients = new KeycloakRealmClients(realm);
        Faults = new KeycloakRealmFaults(host, disturbances);
    }

    /// <summary>The realm's name.</summary>
    public string Name => _realm.Export.Name;

    /// <summary>The server's base URL: <c>auth-server-url</c> of Keycloak's adapter JSON.</summary>
    public Uri BaseAddress { get; }

    /// <summary>The claim <c>iss</c> of the realm's tokens, for example <c>http://127.0.0.1:41234/realms/demo</c>.</summary>
    public string Issuer { get; }

    internal bool IsInMemory => _host is InMemoryHost;

    /// <summary>The number of requests that each endpoint has received.</summary>
    public RequestCounters Requests { get; }

    /// <summary>Operations on the keys: rotation and removal.</summary>
    public KeycloakRealmKeys Keys { get; }

    /// <summary>Operations on the users and their roles.</summary>
    public KeycloakRealmUsers Users { get; }

    /// <summary>Operations on the sessions, and on what makes their tokens inactive.</summary>
    public KeycloakRealmSessions Sessions { get; }

    /// <summary>Operations on the clients.</summary>
    public KeycloakRealmClients Clients { get; }

    /// <summary>Faults: the realm is unreachable, slow, or responds incorrectly.</summary>
    public KeycloakRealmFaults Faults { get; }

    /// <summary>The requests that the realm has sent to its clients' URLs, and the status of each response.</summary>
    public IReadOnlyList<KeycloakPush> Pushes => _realm.Pushes.Sent;

    /// <summary>
    /// Sets how the realm reaches the APIs under test. For an API that runs in memory, pass <c>api.Server.CreateHandler()</c>.
    /// </summary>
    /// <param name="handler">The handler; the caller keeps ownership of it. Null, the initial state, sends real HTTP requests.</param>
    public void PushThrough(HttpMessageHandler? handler) => _realm.Pushes.Through(handler);

    /// <summary>Starts an embedded realm.</summary>
    /// <param name="options">The settings; null for the built-in realm <c>demo</c> on a free port of 127.0.0.1.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="InvalidOperationException">The environment is Production, or the port is in use.</exception>
    /// <exception cref="ArgumentException">The realm export cannot be read.</exception>
    public static async Task<KeycloakRealm> StartAsync(KeycloakRealmOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new KeycloakRealmOptions();
        ProductionGuard.Check(options);
        var export = RealmExportReader.Read(RealmExportSource.Read(options.RealmExport));
        var realm = new Realm(export, options.TimeProvider, options.Logger ?? NullLogger.Instance, options.SupplyKey);
        var disturbances = new Disturbances();
        var requests = new RequestCounters();
        var application = new RealmApplication(realm, options.Hostname, disturbances, requests);
        IRealmHost host = options.InMemory
            ? new InMemoryHost(application, options.Hostname ?? new Uri("http://localhost"))
            : await LoopbackHost.StartAsync(application, options.Port, cancellationToken).ConfigureAwait(false);
        var started = new KeycloakRealm(realm, host, options.Hostname, disturbances, requests);
        started.Announce(options);
        return started;
    }

    /// <summary>Starts building a token for a user or for a service account (<c>service-account-{client}</c>).</summary>
    /// <param name="username">A user of the realm export.</param>
    /// <returns>A builder, used like this: <c>realm.Token("alice").For("cli").WithScope("orders:write").Create()</c>.</returns>
    public TokenBuilder Token(string username)
    {
        ArgumentNullException.ThrowIfNull(username);
        return new TokenBuilder(new TokenMint(_realm, Issuer), new TokenPlan(username));
    }

    /// <summary>Starts building a token for a client's service account, as issued by the client credentials grant.</summary>
    /// <param name="clientId">A client that has service accounts enabled.</param>
    /// <exception cref="ArgumentException">The client does not exist, or it has no service account.</exception>
    public TokenBuilder TokenForServiceAccount(string clientId)
    {
        var account = _realm.FindServiceAccount(_realm.RequireClient(clientId)) ?? throw new ArgumentException(
            $"Client '{clientId}' has no service account: set \"serviceAccountsEnabled\": true in the realm export.", nameof(clientId));
        return Token(account.Username).For(clientId);
    }

    /// <summary>Creates a key of a client that signs DPoP proofs with the clock of this realm.</summary>
    /// <param name="algorithm">As in <see cref="DpopKey.Create"/>: ES, PS or RS with 256, 384 or 512. <c>ES256</c> by default.</param>
    /// <returns>
    /// A new key, which the caller owns, used like this: <c>realm.Token("alice").BoundTo(key)</c> and <c>new DpopHandler(key, token)</c>.
    /// </returns>
    /// <exception cref="ArgumentException"><paramref name="algorithm"/> is not one of these.</exception>
    public DpopKey Dpop(string algorithm = "ES256") => DpopKey.Create(algorithm, _realm.Time);

    /// <summary>Gets the id of a user: the claim <c>sub</c>.</summary>
    /// <param name="username">A user of the realm export.</param>
    /// <exception cref="ArgumentException">The user does not exist.</exception>
    public string UserId(string username) => _realm.RequireUser(username).Id;

    /// <summary>Gets the settings that an API needs to use this realm, named as in Keycloak's adapter JSON.</summary>
    /// <param name="clientId">The API's client: <c>resource</c>. If the client has a secret, the settings include it.</param>
    /// <param name="section">The configuration section.</param>
    /// <returns>Settings for <c>AddInMemoryCollection</c>.</returns>
    /// <exception cref="ArgumentException">The client does not exist.</exception>
    public IEnumerable<KeyValuePair<string, string?>> Configuration(string clientId, string section = "Keycloak")
    {
        var client = _realm.RequireClient(clientId);
        List<KeyValuePair<string, string?>> settings =
        [
            new($"{section}:auth-server-url", BaseAddress.AbsoluteUri),
            new($"{section}:realm", Name),
            new($"{section}:resource", clientId),
        ];
        if (client is { Public: false, Secret: { } secret })
        {
            settings.Add(new($"{section}:credentials:secret", secret));
        }

        return settings;
    }

    /// <summary>Creates a handler that sends requests to the realm: over HTTP, or within the process if the realm runs in memory.</summary>
    /// <returns>A handler for <c>ConfigurePrimaryHttpMessageHandler</c>. Each call returns a new one, which the caller owns.</returns>
    public HttpMessageHandler CreateHandler() => _host.CreateHandler();

    /// <summary>Creates a client that sends requests to the realm, with <see cref="BaseAddress"/> set.</summary>
    /// <returns>Each call returns a new client, which the caller owns.</returns>
    public HttpClient CreateClient() => new(CreateHandler()) { BaseAddress = BaseAddress };

    /// <summary>Stops the realm and releases its port.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync().ConfigureAwait(false);
        _realm.Dispose();
    }

    private void Announce(KeycloakRealmOptions options)
    {
        if (options.Logger is { } logger)
        {
            logger.RealmStarted(Name, Issuer);
        }
        else
        {
            Console.Error.WriteLine(
                $"WARNING: The embedded Keycloak realm '{Name}' is running at {Issuer}. It is for tests and development only.");
        }
    }
}
