using System.Buffers.Text;
using System.Text;
using Keycloak.ApiProtection.Testing;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keycloak.ApiProtection.Tests;

/// <summary>The embedded realm of the testing package, in memory, as the Keycloak of an API under test.</summary>
/// <remarks>It adds what these tests need: shared keys, further realms of the same or another host, and tokens of any bytes.</remarks>
internal sealed class DemoRealm : Backchannel, IAsyncDisposable
{
    public const string Issuer = "https://kc.example/realms/demo";
    public const string Audience = "orders-api";

    /// <summary>The session of <see cref="Alice"/>.</summary>
    public const string Session = "XqecREegFvE0iVapvbzsuCNO";

    private static readonly string[] Organizations = ["acme"];

    private readonly List<(string Address, KeycloakRealm Realm, HttpMessageInvoker Line)> _realms = [];

    private DemoRealm()
    {
    }

    public KeycloakRealm Keycloak => _realms[0].Realm;

    public KeycloakRealmFaults Faults => Keycloak.Faults;

    public KeycloakRealmKeys Keys => Keycloak.Keys;

    public RequestCounters Requests => Keycloak.Requests;

    /// <summary>The modulus of the first RS256 key: the public key that an attacker misuses as a shared secret.</summary>
    public static byte[] Modulus => Base64Url.DecodeFromChars((string)SharedRealmKeys.First("demo", "RS256").ToJwk()!["n"]!);

    /// <summary>A valid token for alice: the same bytes at each call, until the time or the key changes.</summary>
    /// <remarks>The demo realm has no organizations, so the claim is added.</remarks>
    public SignedToken Alice => Token(Keycloak.Token("alice")
        .For("cli")
        .WithScope("openid", "organization", "groups")
        .InSession(Session)
        .WithClaim("organization", Organizations)
        .WithClaim("jti", "onrtro:254a3673-93a0-ffc0-30dd-4aecef7dabee"));

    public static async Task<DemoRealm> StartAsync()
    {
        var realm = new DemoRealm();
        await realm.AddAsync(Issuer);

        return realm;
    }

    /// <summary>Starts a realm that is unreachable until <c>Faults.ComeBack()</c>.</summary>
    public static async Task<DemoRealm> StartDownAsync()
    {
        var realm = await StartAsync();
        realm.Faults.GoDown();

        return realm;
    }

    /// <summary>Starts a further realm, whose keys are those of the first one unless the test names another owner.</summary>
    /// <param name="address">The address at which the API reaches it.</param>
    /// <param name="issuer">The issuer that it writes into its documents; by default its address.</param>
    /// <param name="keys">The owner of its keys.</param>
    public async Task<KeycloakRealm> AddAsync(string address, string? issuer = null, string keys = "demo")
    {
        var known = new Uri(issuer ?? address);
        var realm = await KeycloakRealm.StartAsync(
            new KeycloakRealmOptions
            {
                InMemory = true,
                Hostname = new Uri(known.GetLeftPart(UriPartial.Authority)),
                RealmExport = RealmExportSource.Read(null)
                    .Replace("\"realm\": \"demo\"", $"\"realm\": \"{known.Segments[^1]}\"", StringComparison.Ordinal),
                TimeProvider = Time,
                Logger = NullLogger.Instance,
                SupplyKey = SharedRealmKeys.Of(keys),
            },
            TestContext.Current.CancellationToken);
        var line = new HttpMessageInvoker(realm.CreateHandler());
        _realms.Add((address + "/", realm, line));

        // The first response with the keys waits until they are created. No test shall depend on how long that takes.
        using var request = new HttpRequestMessage(HttpMethod.Get, realm.Issuer + "/protocol/openid-connect/certs");
        using var created = await line.SendAsync(request, TestContext.Current.CancellationToken);
        realm.Requests.Reset();

        return realm;
    }

    /// <summary>A token of the realm, issued one minute ago and valid for four more minutes, whose bytes the test may change.</summary>
    public SignedToken Token(TokenBuilder token) =>
        Token(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Create().Split('.')[1])));

    /// <summary>A token with the claims of the test, signed with the realm's present key.</summary>
    public SignedToken Token(string payload) => Signed(SignedToken.Of(payload, Issuer, Now), "RS256");

    /// <summary>Signs a token with the realm's present key for an algorithm.</summary>
    public SignedToken Signed(SignedToken token, string algorithm)
    {
        var key = Keys.Active(algorithm);

        return token.SignedWith(algorithm, key.Id, input => key.Sign(input));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, realm, line) in _realms)
        {
            line.Dispose();
            await realm.DisposeAsync();
        }

        Dispose();
    }

    protected override async Task<HttpResponseMessage> RespondAsync(
        HttpRequestMessage request, Task released, CancellationToken cancellation)
    {
        var address = request.RequestUri!.AbsoluteUri;
        var known = _realms.FindIndex(realm => address.StartsWith(realm.Address, StringComparison.Ordinal));
        var response = Instead?.Invoke(request) ?? await _realms[Math.Max(known, 0)].Line.SendAsync(request, cancellation);
        await released.WaitAsync(cancellation);

        return response;
    }
}
