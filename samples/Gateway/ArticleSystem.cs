using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Realms;
using Gateway.Servers;

namespace Gateway;

/// <summary>
/// Runs the system of the article: Keycloak, an external application, one NGINX, and the orders API, which can be called in three ways.
/// Each server is a separate process on a free port of 127.0.0.1. It ends when this object is disposed, and also when this process ends.
/// </summary>
public sealed class ArticleSystem : IAsyncDisposable
{
    private readonly string _folder;
    private readonly bool _ownsFolder;
    private readonly List<ServerProcess> _processes = [];

    private ArticleSystem(string folder, bool ownsFolder) => (_folder, _ownsFolder) = (folder, ownsFolder);

    /// <summary>The realm <c>demo</c>.</summary>
    public RunningRealm Realm { get; private set; } = null!;

    /// <summary>The client for Keycloak's token endpoint.</summary>
    public TokenEndpoint Tokens { get; private set; } = null!;

    /// <summary>NGINX.</summary>
    public ServerProcess Nginx { get; private set; } = null!;

    /// <summary>The orders API that verifies tokens itself: <c>/direct/</c>.</summary>
    public ServerProcess OrdersDirect { get; private set; } = null!;

    /// <summary>The orders API that trusts the gateway's headers: <c>/introspected/</c> and <c>/checked/</c>.</summary>
    public ServerProcess OrdersBehind { get; private set; } = null!;

    /// <summary>The token check that the gateway calls for requests to <c>/checked/</c>.</summary>
    public ServerProcess TokenCheck { get; private set; } = null!;

    /// <summary>The shipping API. The orders API calls it on behalf of its caller.</summary>
    public ServerProcess Shipping { get; private set; } = null!;

    /// <summary>The external application; null with the embedded realm, which has no login pages.</summary>
    public ServerProcess? Storefront { get; private set; }

    /// <summary>The address where NGINX introspects the token of every request at Keycloak.</summary>
    public Uri Introspected => new(Nginx.Address, "introspected/");

    /// <summary>The address where NGINX calls the library's token check.</summary>
    public Uri Checked => new(Nginx.Address, "checked/");

    /// <summary>The address where NGINX only forwards requests.</summary>
    public Uri Direct => new(Nginx.Address, "direct/");

    /// <summary>The addresses of the three ways. The key is the name in the path.</summary>
    public IReadOnlyDictionary<string, Uri> Ways => new Dictionary<string, Uri>
    {
        ["introspected"] = Introspected,
        ["checked"] = Checked,
        ["direct"] = Direct,
    };

    /// <summary>All started processes except Keycloak (see <see cref="RunningRealm.ProcessId"/>).</summary>
    public IReadOnlyList<ServerProcess> Processes => _processes;

    /// <summary>The folder with the logs of all processes.</summary>
    public string Folder => _folder;

    /// <summary>Starts all servers and waits until they respond.</summary>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="cancellation">Cancels the start and stops the servers that were already started.</param>
    /// <exception cref="InvalidOperationException">
    /// NGINX or a sample is missing, or a server ended during its start. The message contains the remedy or the server's output.
    /// </exception>
    public static async Task<ArticleSystem> StartAsync(ArticleSystemOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new ArticleSystemOptions();
        var nginx = options.Nginx ?? NginxInstallation.Find(out var reason) ?? throw new InvalidOperationException(reason);
        var system = new ArticleSystem(options.Folder ?? Directory.CreateTempSubdirectory("gateway-").FullName, options.Folder is null);
        try
        {
            await system.StartAsync(options, nginx, cancellation);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.AsEnumerable().Reverse())
        {
            await process.DisposeAsync();
        }

        Tokens?.Dispose();
        if (Realm is not null)
        {
            await Realm.DisposeAsync();
        }

        if (_ownsFolder)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task StartAsync(ArticleSystemOptions options, NginxInstallation nginx, CancellationToken cancellation)
    {
        var ports = FreePorts.Find(6);
        var (gateway, direct, behind, check, shipping, storefront) = (ports[0], ports[1], ports[2], ports[3], ports[4], ports[5]);
        var realm = JsonNode.Parse(Template.Fill(Template.Read("realm.json"), new Dictionary<string, string>
        {
            ["GATEWAY"] = gateway.GetLeftPart(UriPartial.Authority),
            ["STOREFRONT"] = storefront.GetLeftPart(UriPartial.Authority),
        }))!;
        realm["accessTokenLifespan"] = (int)options.AccessTokenLifespan.TotalSeconds;
        Realm = await RunningRealm.StartAsync(options.Keycloak, realm.ToJsonString(), _folder, cancellation);
        Tokens = new TokenEndpoint(Realm.Issuer);

        var introspection = options.Freshness is { } freshness
            ? new Dictionary<string, string>
            {
                ["Keycloak:Introspection"] = "Always",
                ["Keycloak:Introspection:Freshness"] = freshness.ToString("c", CultureInfo.InvariantCulture),
            }
            : new Dictionary<string, string> { ["Keycloak:Introspection"] = "LightweightOnly" };
        var toShipping = KeyValuePair.Create("Shipping:Address", shipping.AbsoluteUri);
        OrdersDirect = await ProgramAsync(
            "Orders",
            "orders-direct",
            direct,
            [
                .. KeycloakFor("orders-api"), .. introspection, toShipping, new("Identity", "Token"),
                new("Keycloak:PublicUrl", new Uri(gateway, "direct").AbsoluteUri),
            ],
            cancellation);
        OrdersBehind = await ProgramAsync("Orders", "orders-behind", behind, [toShipping, new("Identity", "Gateway")], cancellation);
        TokenCheck = await ProgramAsync("TokenCheck", "token-check", check, [.. KeycloakFor("orders-api"), .. introspection], cancellation);
        Shipping = await ProgramAsync("Shipping", "shipping", shipping, KeycloakFor("shipping-api"), cancellation);
        Nginx = Started(await NginxServer.StartAsync(nginx.Program, gateway, _folder, Places(nginx), cancellation));

        if (Realm.Real is not null)
        {
            Storefront = await ProgramAsync(
                "Storefront",
                "storefront",
                storefront,
                [
                    new("Keycloak:Authority", Realm.Issuer.AbsoluteUri),
                    new("Keycloak:ClientId", "storefront"),
                    new("Keycloak:ClientSecret", "storefront-secret"),
                    new("Apis:Introspected", Introspected.AbsoluteUri),
                    new("Apis:Checked", Checked.AbsoluteUri),
                    new("Apis:Direct", Direct.AbsoluteUri),
                    new("ShowWholeTokens", "true"),
                ],
                cancellation);
        }
    }

    private async Task<ServerProcess> ProgramAsync(
        string program, string name, Uri address, IEnumerable<KeyValuePair<string, string>> settings, CancellationToken cancellation) =>
        Started(await SampleProgram.StartAsync(program, name, address, _folder, settings, cancellation));

    private ServerProcess Started(ServerProcess process)
    {
        _processes.Add(process);
        return process;
    }

    private KeyValuePair<string, string>[] KeycloakFor(string client) =>
    [
        new("Keycloak:auth-server-url", Realm.Server.AbsoluteUri),
        new("Keycloak:realm", RunningRealm.Name),
        new("Keycloak:resource", client),
        new("Keycloak:credentials:secret", $"{client}-secret"),
    ];

    private Dictionary<string, string> Places(NginxInstallation nginx) => new()
    {
        ["NGINX_MODULES"] = nginx.Modules,
        ["KEYCLOAK"] = Realm.Server.Authority,
        ["REALM_PATH"] = Realm.Issuer.AbsolutePath,
        ["REALM"] = RunningRealm.Name,
        ["API_CLIENT"] = "orders-api",

        // RFC 6749 section 2.3.1. Neither part contains a character that must be encoded.
        ["GATEWAY_CREDENTIALS"] = Convert.ToBase64String(Encoding.UTF8.GetBytes("gateway:gateway-secret")),
        ["ORDERS_DIRECT"] = OrdersDirect.Address.Authority,
        ["ORDERS_BEHIND"] = OrdersBehind.Address.Authority,
        ["TOKEN_CHECK"] = TokenCheck.Address.Authority,
        ["SHIPPING"] = Shipping.Address.Authority,
    };
}
