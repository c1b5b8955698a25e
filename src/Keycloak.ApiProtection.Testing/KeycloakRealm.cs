using Keycloak.ApiProtection.Testing.Acts;
using Keycloak.ApiProtection.Testing.Diagnostics;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Hosting;
using Keycloak.ApiProtection.Testing.Tokens;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keycloak.ApiProtection.Testing;

/// <summary>An embedded Keycloak realm: real keys, real HTTP, Keycloak's endpoints and answers. For tests and development only.</summary>
/// <remarks>
/// It answers what an API and its clients ask (discovery, keys, tokens, introspection, revocation, logout, userinfo) as Keycloak 26 does, from a
/// realm export. There are no login pages and no admin console. It listens on 127.0.0.1 only, says at start what it is, and refuses to run in
/// Production. All members can be used from several threads, and several realms can run side by side.
/// </remarks>
public sealed partial class KeycloakRealm : IAsyncDisposable
{
    private readonly Realm _realm;
    private readonly IRealmHost _host;
    private readonly Disturbances _disturbances;

    private KeycloakRealm(Realm realm, IRealmHost host, Uri? hostname, Disturbances disturbances, RequestCounters requests)
    {
        _realm = realm;
        _host = host;
        _disturbances = disturbances;
        Requests = requests;
        BaseAddress = hostname ?? host.BaseAddress;
        Issuer = $"{BaseAddress.AbsoluteUri.TrimEnd('/')}/realms/{Uri.EscapeDataString(realm.Export.Name)}";
    }

    /// <summary>The realm's name.</summary>
    public string Name => _realm.Export.Name;

    /// <summary>The server's base URL: <c>auth-server-url</c> of Keycloak's adapter JSON.</summary>
    public Uri BaseAddress { get; }

    /// <summary>The claim <c>iss</c> of the realm's tokens, like <c>http://127.0.0.1:41234/realms/demo</c>.</summary>
    public string Issuer { get; }

    internal bool IsInMemory => _host is InMemoryHost;

    /// <summary>How often each endpoint was asked.</summary>
    public RequestCounters Requests { get; }

    /// <summary>Starts an embedded realm.</summary>
    /// <param name="options">How; null for the built-in realm <c>demo</c> on a free port of 127.0.0.1.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="InvalidOperationException">The environment is Production, or the port is taken.</exception>
    /// <exception cref="ArgumentException">The realm export cannot be read.</exception>
    public static async Task<KeycloakRealm> StartAsync(KeycloakRealmOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new KeycloakRealmOptions();
        ProductionGuard.Check(options);
        var export = RealmExportReader.Read(RealmExportSource.Read(options.RealmExport));
        var realm = new Realm(export, options.TimeProvider, options.Logger ?? NullLogger.Instance);
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

    /// <summary>Describes a token to mint, for a user, or for a service account (<c>service-account-{client}</c>).</summary>
    /// <param name="username">A user of the realm export.</param>
    /// <returns>A builder: <c>realm.Token("alice").For("cli").WithScope("orders:write").Create()</c>.</returns>
    public TokenBuilder Token(string username)
    {
        ArgumentNullException.ThrowIfNull(username);
        return new TokenBuilder(new TokenMint(_realm, Issuer), new TokenPlan(username));
    }

    /// <summary>Describes a token of a client's service account: the client credentials grant.</summary>
    /// <param name="clientId">A client with service accounts enabled.</param>
    /// <exception cref="ArgumentException">There is no such client, or it has no service account.</exception>
    public TokenBuilder TokenForServiceAccount(string clientId)
    {
        var account = _realm.FindServiceAccount(_realm.RequireClient(clientId)) ?? throw new ArgumentException(
            $"Client '{clientId}' has no service account: set \"serviceAccountsEnabled\": true in the realm export.", nameof(clientId));
        return Token(account.Username).For(clientId);
    }

    /// <summary>The id of a user: the claim <c>sub</c>.</summary>
    /// <param name="username">A user of the realm export.</param>
    /// <exception cref="ArgumentException">There is no such user.</exception>
    public string UserId(string username) => _realm.RequireUser(username).Id;

    /// <summary>The settings with which an API uses this realm, as Keycloak's adapter JSON names them.</summary>
    /// <param name="clientId">The API's client: <c>resource</c>. Its secret comes along where it has one.</param>
    /// <param name="section">The configuration section.</param>
    /// <returns>Pairs for <c>AddInMemoryCollection</c>.</returns>
    /// <exception cref="ArgumentException">There is no such client.</exception>
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

    /// <summary>A handler that reaches the realm: over HTTP, or within the process where the realm is in memory.</summary>
    /// <returns>For <c>ConfigurePrimaryHttpMessageHandler</c>; each call gives a new one, which the caller owns.</returns>
    public HttpMessageHandler CreateHandler() => _host.CreateHandler();

    /// <summary>A client that reaches the realm, with <see cref="BaseAddress"/> set.</summary>
    /// <returns>Each call gives a new one, which the caller owns.</returns>
    public HttpClient CreateClient() => new(CreateHandler()) { BaseAddress = BaseAddress };

    /// <summary>Stops the realm and frees its port.</summary>
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
            Console.Error.WriteLine($"WARNING: an embedded Keycloak realm '{Name}' runs at {Issuer}: for tests and development only.");
        }
    }
}
