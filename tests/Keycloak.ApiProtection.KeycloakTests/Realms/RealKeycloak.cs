using System.Text.Json.Nodes;
using Keycloak.ApiProtection.KeycloakTests.Clients;
using Keycloak.ApiProtection.KeycloakTests.Servers;
using Keycloak.ApiProtection.Testing.Servers;

namespace Keycloak.ApiProtection.KeycloakTests.Realms;

/// <summary>
/// The realm <c>demo</c> on a real Keycloak. The server starts before the first test of its class and stops after the last one. If
/// <c>KEYCLOAK_HOME</c> contains no such server, nothing is started, and <see cref="Missing"/> contains the reason.
/// </summary>
public abstract class RealKeycloak : IRealmUnderTest, IAsyncLifetime
{
    private const string Realm = $"/admin/realms/{RealmClient.DemoRealm}";
    private const string KeyProviderType = "org.keycloak.keys.KeyProvider";
    private const int RotatedPriority = 1000;

    private readonly KeycloakDistribution? _distribution;
    private readonly string _realmFile;
    private readonly HttpClient _http = new();
    private KeycloakServer? _server;
    private ServerCertificates? _certificates;
    private int _rotations;

    protected RealKeycloak(int majorVersion)
    {
        _distribution = KeycloakDistribution.Find(majorVersion, out var reason);
        _realmFile = Path.Combine(AppContext.BaseDirectory, "Realms", $"realm-{majorVersion}.json");
        Missing = _distribution is null ? reason : null;
    }

    /// <summary>The reason why no such server was found, and the setting to change; null if one was found.</summary>
    public string? Missing { get; }

    public Version Version => Server.Distribution.Version;

    public Uri BaseAddress => Server.BaseAddress;

    public RealmClient Client => new(_http, BaseAddress);

    private KeycloakServer Server => _server ?? throw new InvalidOperationException(Missing ?? "The server is not started.");

    /// <summary>The admin API of the server.</summary>
    public KeycloakAdmin Admin => Server.Admin;

    public async ValueTask InitializeAsync()
    {
        if (_distribution is not null)
        {
            var cancellationToken = TestContext.Current.CancellationToken;
            var folder = ServerFiles.CreateFolder($"keycloak-{_distribution.Version}");
            _certificates = ServerCertificates.Create(folder);
            _server = await KeycloakServer.StartAsync(_distribution, Options(_distribution, _certificates, folder), cancellationToken);
            await Admin.ImportRealmAsync(await File.ReadAllTextAsync(_realmFile, cancellationToken), cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _certificates?.Dispose();
        GC.SuppressFinalize(this);
    }

    public async Task<string> RotateKeyAsync(string algorithm, CancellationToken cancellationToken)
    {
        var (providerId, config) = algorithm switch
        {
            "RS256" or "PS256" => ("rsa-generated", new JsonObject { ["algorithm"] = Values(algorithm) }),
            "ES256" => ("ecdsa-generated", new JsonObject { ["ecdsaEllipticCurveKey"] = Values("P-256") }),
            _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "Only RS256, PS256 and ES256 can be rotated."),
        };
        var rotation = Interlocked.Increment(ref _rotations);
        config["priority"] = Values($"{RotatedPriority + rotation}");
        await Admin.PostAsync($"{Realm}/components", new JsonObject
        {
            ["name"] = $"rotated-{rotation}",
            ["providerId"] = providerId,
            ["providerType"] = KeyProviderType,
            ["config"] = config,
        }, cancellationToken);
        return (string)(await Admin.GetAsync($"{Realm}/keys", cancellationToken))["active"]![algorithm]!;
    }

    public async Task DisableKeyAsync(string keyId, CancellationToken cancellationToken)
    {
        var keys = (await Admin.GetAsync($"{Realm}/keys", cancellationToken))["keys"]!.AsArray();
        var provider = (string)keys.Single(key => (string?)key!["kid"] == keyId)!["providerId"]!;
        var component = await Admin.GetAsync($"{Realm}/components/{provider}", cancellationToken);
        component["config"]!["active"] = Values("false");
        component["config"]!["enabled"] = Values("false");
        await Admin.PutAsync($"{Realm}/components/{provider}", component, cancellationToken);
    }

    public async Task SetUserEnabledAsync(string user, bool enabled, CancellationToken cancellationToken)
    {
        var representation = await UserAsync(user, cancellationToken);
        representation["enabled"] = enabled;
        await Admin.PutAsync($"{Realm}/users/{(string)representation["id"]!}", representation, cancellationToken);
    }

    public Task AddUserAsync(string user, CancellationToken cancellationToken) => Admin.PostAsync(
        $"{Realm}/users",
        new JsonObject
        {
            ["username"] = user,
            ["enabled"] = true,

            // Without these, Keycloak rejects the login because the account is "not fully set up".
            ["email"] = $"{user}@example.com",
            ["emailVerified"] = true,
            ["firstName"] = user,
            ["lastName"] = user,
            ["credentials"] = new JsonArray(new JsonObject { ["type"] = "password", ["value"] = user, ["temporary"] = false }),
        },
        cancellationToken);

    public async Task DeleteUserAsync(string user, CancellationToken cancellationToken) =>
        await Admin.DeleteAsync($"{Realm}/users/{(string)(await UserAsync(user, cancellationToken))["id"]!}", null, cancellationToken);

    public Task SetSessionMaxAsync(int seconds, CancellationToken cancellationToken) =>
        Admin.PutAsync(Realm, new JsonObject { ["ssoSessionMaxLifespan"] = seconds }, cancellationToken);

    public Task EndSessionAsync(string sessionId, CancellationToken cancellationToken) =>
        Admin.DeleteAsync($"{Realm}/sessions/{sessionId}", null, cancellationToken);

    public async Task LogOutUserAsync(string user, CancellationToken cancellationToken) =>
        await Admin.PostAsync($"{Realm}/users/{(string)(await UserAsync(user, cancellationToken))["id"]!}/logout", null, cancellationToken);

    public Task SetNotBeforeAsync(long notBefore, CancellationToken cancellationToken) =>
        Admin.PutAsync(Realm, new JsonObject { ["notBefore"] = notBefore }, cancellationToken);

    /// <summary>Changes an attribute of a client; null removes it.</summary>
    public Task SetClientAttributeAsync(string clientId, string name, string? value, CancellationToken cancellationToken) =>
        ChangeClientAsync(clientId, client => client["attributes"]![name] = value, cancellationToken);

    public Task SetClientNotBeforeAsync(string clientId, long notBefore, CancellationToken cancellationToken) =>
        ChangeClientAsync(clientId, client => client["notBefore"] = notBefore, cancellationToken);

    public async Task PushNotBeforeAsync(string? clientId, CancellationToken cancellationToken) => await Admin.PostAsync(
        clientId is null
            ? $"{Realm}/push-revocation"
            : $"{Realm}/clients/{(string)(await ClientAsync(clientId, cancellationToken))["id"]!}/push-revocation",
        null,
        cancellationToken);

    public Task SignOutAllAsync(CancellationToken cancellationToken) => Admin.PostAsync($"{Realm}/logout-all", null, cancellationToken);

    public Task SetBackchannelLogoutUrlAsync(string clientId, string? url, CancellationToken cancellationToken) => ChangeClientAsync(
        clientId,
        client =>
        {
            client["attributes"]!["backchannel.logout.url"] = url ?? "";
            client["attributes"]!["backchannel.logout.session.required"] = "true";
        },
        cancellationToken);

    public Task SetAdminUrlAsync(string clientId, string? url, CancellationToken cancellationToken) =>
        ChangeClientAsync(clientId, client => client["adminUrl"] = url ?? "", cancellationToken);

    /// <summary>Withdraws a user's consent for a client, as the user or an admin does.</summary>
    public async Task WithdrawConsentAsync(string user, string clientId, CancellationToken cancellationToken) =>
        await Admin.DeleteAsync(
            $"{Realm}/users/{(string)(await UserAsync(user, cancellationToken))["id"]!}/consents/{clientId}", null, cancellationToken);

    public async Task SetRealmRoleAsync(string user, string role, bool held, CancellationToken cancellationToken)
    {
        var id = (string)(await UserAsync(user, cancellationToken))["id"]!;
        var representation = await Admin.GetAsync($"{Realm}/roles/{Uri.EscapeDataString(role)}", cancellationToken);
        var path = $"{Realm}/users/{id}/role-mappings/realm";
        await (held
            ? Admin.PostAsync(path, new JsonArray(representation), cancellationToken)
            : Admin.DeleteAsync(path, new JsonArray(representation), cancellationToken));
    }

    public async Task StoreEventsAsync(CancellationToken cancellationToken)
    {
        await Admin.PutAsync(
            $"{Realm}/events/config",
            new JsonObject
            {
                ["eventsEnabled"] = true,
                ["eventsExpiration"] = 86400,
                ["enabledEventTypes"] = new JsonArray(
                    "LOGOUT", "REVOKE_GRANT", "REFRESH_TOKEN_ERROR", "USER_DISABLED_BY_PERMANENT_LOCKOUT", "DELETE_ACCOUNT"),
                ["adminEventsEnabled"] = true,
                ["adminEventsDetailsEnabled"] = true,
            },
            cancellationToken);
        var management = (string)(await ClientAsync("realm-management", cancellationToken))["id"]!;
        var api = (string)(await ClientAsync("orders-api", cancellationToken))["id"]!;
        var account = (string)(await Admin.GetAsync($"{Realm}/clients/{api}/service-account-user", cancellationToken))["id"]!;
        var role = await Admin.GetAsync($"{Realm}/clients/{management}/roles/view-events", cancellationToken);
        await Admin.PostAsync($"{Realm}/users/{account}/role-mappings/clients/{management}", new JsonArray(role), cancellationToken);
    }

    public async Task SetClientSecretAsync(string clientId, string secret, CancellationToken cancellationToken)
    {
        var client = await ClientAsync(clientId, cancellationToken);
        client["secret"] = secret;
        await Admin.PutAsync($"{Realm}/clients/{(string)client["id"]!}", client, cancellationToken);
    }

    /// <summary>
    /// Sets the keys (a JWK set) that a client authenticates with. If null, the client authenticates with its secret again.
    /// </summary>
    public async Task SetClientKeysAsync(string clientId, JsonObject? jwks, CancellationToken cancellationToken)
    {
        var client = await ClientAsync(clientId, cancellationToken);
        client["clientAuthenticatorType"] = jwks is null ? "client-secret" : "client-jwt";
        client["attributes"]!["use.jwks.string"] = jwks is null ? "false" : "true";
        client["attributes"]!["jwks.string"] = jwks?.ToJsonString();
        await Admin.PutAsync($"{Realm}/clients/{(string)client["id"]!}", client, cancellationToken);
    }

    public async Task<string?> MutualTlsTokenAsync(string user, CancellationToken cancellationToken)
    {
        if (Version.Major < 26)
        {
            return null;
        }

        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        handler.ClientCertificates.Add(_certificates!.Client);
        using var http = new HttpClient(handler);
        http.DefaultRequestHeaders.Add("X-Forwarded-Proto", BaseAddress.Scheme);
        http.DefaultRequestHeaders.Add("X-Forwarded-Host", BaseAddress.Host);
        http.DefaultRequestHeaders.Add("X-Forwarded-Port", $"{BaseAddress.Port}");
        var overTls = new RealmClient(http, Server.TlsAddress!);
        return (await overTls.PasswordAsync(DemoClient.Mtls, user, cancellationToken)).AccessToken.Compact;
    }

    /// <summary>The TLS address of the server, for clients with certificates. Tokens from there have it as their issuer.</summary>
    public Uri TlsAddress => Server.TlsAddress!;

    /// <summary>The certificates of the server and of its client.</summary>
    public ServerCertificates Certificates => _certificates ?? throw new InvalidOperationException("The server is not started.");

    /// <summary>
    /// Sets the certificate subject (a regular expression) that a client authenticates with. If null, the client authenticates with its
    /// secret again.
    /// </summary>
    public Task SetClientCertificateSubjectAsync(
        string clientId, string? subject, CancellationToken cancellationToken) => ChangeClientAsync(
        clientId,
        client =>
        {
            client["clientAuthenticatorType"] = subject is null ? "client-secret" : "client-x509";
            client["attributes"]!["x509.subjectdn"] = subject;
            client["attributes"]!["x509.allow.regex.pattern.comparison"] = subject is null ? null : "true";
        },
        cancellationToken);

    /// <summary>
    /// Creates a browser flow with two levels of authentication and makes it the realm's. The first level asks for user name and password
    /// and lasts as long as the session; the second asks for the password again and is valid for one login.
    /// </summary>
    public async Task UseStepUpFlowAsync(CancellationToken cancellationToken)
    {
        const string flows = $"{Realm}/authentication/flows";
        await Admin.PostAsync(
            flows,
            new JsonObject { ["alias"] = "step-up", ["providerId"] = "basic-flow", ["topLevel"] = true, ["builtIn"] = false },
            cancellationToken);
        await AddExecutionAsync("step-up", "auth-cookie", "ALTERNATIVE", cancellationToken);
        await AddFlowAsync("step-up", "step-up-forms", "ALTERNATIVE", cancellationToken);
        foreach (var (flow, level, maxAge, form) in new[]
        {
            ("step-up-silver", "1", "36000", "auth-username-password-form"), ("step-up-gold", "2", "0", "auth-password-form"),
        })
        {
            await AddFlowAsync("step-up-forms", flow, "CONDITIONAL", cancellationToken);
            var condition = await AddExecutionAsync(flow, "conditional-level-of-authentication", "REQUIRED", cancellationToken);
            await Admin.PostAsync(
                $"{Realm}/authentication/executions/{condition}/config",
                new JsonObject
                {
                    ["alias"] = flow,
                    ["config"] = new JsonObject { ["loa-condition-level"] = level, ["loa-max-age"] = maxAge },
                },
                cancellationToken);
            await AddExecutionAsync(flow, form, "REQUIRED", cancellationToken);
        }

        await Admin.PutAsync(Realm, new JsonObject { ["browserFlow"] = "step-up" }, cancellationToken);
    }

    /// <summary>Restores the built-in browser flow, and deletes the one with two levels.</summary>
    public async Task RemoveStepUpFlowAsync(CancellationToken cancellationToken)
    {
        await Admin.PutAsync(Realm, new JsonObject { ["browserFlow"] = "browser" }, cancellationToken);
        var flows = (await Admin.GetAsync($"{Realm}/authentication/flows", cancellationToken)).AsArray();
        foreach (var flow in flows.Where(flow => (string?)flow!["alias"] == "step-up"))
        {
            await Admin.DeleteAsync($"{Realm}/authentication/flows/{(string)flow!["id"]!}", null, cancellationToken);
        }
    }

    private async Task AddFlowAsync(string parent, string alias, string requirement, CancellationToken cancellationToken)
    {
        await Admin.PostAsync(
            $"{Realm}/authentication/flows/{parent}/executions/flow",
            new JsonObject { ["alias"] = alias, ["type"] = "basic-flow", ["provider"] = "registration-page-form", ["description"] = "" },
            cancellationToken);
        await SetRequirementAsync(parent, execution => (string?)execution["displayName"] == alias, requirement, cancellationToken);
    }

    private async Task<string> AddExecutionAsync(string flow, string provider, string requirement, CancellationToken cancellationToken)
    {
        await Admin.PostAsync(
            $"{Realm}/authentication/flows/{flow}/executions/execution", new JsonObject { ["provider"] = provider }, cancellationToken);
        return await SetRequirementAsync(flow, execution => (string?)execution["providerId"] == provider, requirement, cancellationToken);
    }

    /// <summary>Sets the requirement of an execution, and returns the id of the execution.</summary>
    private async Task<string> SetRequirementAsync(
        string flow, Func<JsonNode, bool> which, string requirement, CancellationToken cancellationToken)
    {
        var path = $"{Realm}/authentication/flows/{flow}/executions";
        var execution = (await Admin.GetAsync(path, cancellationToken)).AsArray().Select(one => one!).Single(which);
        execution["requirement"] = requirement;
        await Admin.PutAsync(path, execution, cancellationToken);
        return (string)execution["id"]!;
    }

    private static KeycloakServerOptions Options(KeycloakDistribution distribution, ServerCertificates certificates, string folder)
    {
        var newer = distribution.Version.Major >= 25;
        var options = new KeycloakServerOptions
        {
            LogFile = Path.Combine(folder, "server.log"),

            // The tested Keycloak 24 is built not to request client certificates, and configures trusted ones in another way.
            Tls = new KeycloakServerTls(
                certificates.ServerCertificateFile, certificates.ServerKeyFile, newer ? certificates.TrustedClientsFile : null),

            // The optimizing compiler does not pay off in a server that runs for a minute. It does in 24, because of its password hashing.
            JavaOptions = newer ? "-XX:TieredStopAtLevel=1" : null,
        };
        if (newer)
        {
            // Allows a request over TLS to use the plain address in its headers, so that both addresses have the same issuer.
            options.Arguments.Add("--proxy-headers=xforwarded");
        }

        return options;
    }

    private async Task ChangeClientAsync(string clientId, Action<JsonNode> change, CancellationToken cancellationToken)
    {
        var client = await ClientAsync(clientId, cancellationToken);
        change(client);
        await Admin.PutAsync($"{Realm}/clients/{(string)client["id"]!}", client, cancellationToken);
    }

    private async Task<JsonNode> ClientAsync(string clientId, CancellationToken cancellationToken) =>
        (await Admin.GetAsync($"{Realm}/clients?clientId={Uri.EscapeDataString(clientId)}", cancellationToken))[0]!;

    private static JsonArray Values(string value) => [value];

    private async Task<JsonNode> UserAsync(string user, CancellationToken cancellationToken) =>
        (await Admin.GetAsync($"{Realm}/users?exact=true&username={Uri.EscapeDataString(user)}", cancellationToken))[0]!;
}
