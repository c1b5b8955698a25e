using System.Buffers.Text;
using System.Text;
using Keycloak.ApiProtection.Testing;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Tests.Realms;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keycloak.ApiProtection.Tests;

/// <summary>The embedded realm as the server of an API under test, with a clock that the test controls, and the log of that API.</summary>
/// <remarks>
/// The realm is the one of the testing package, in memory. This type adds what tests need around it: the HTTP client of the API, further
/// realms of the same or of another host, responses that arrive late, and tokens whose bytes a test may change.
/// </remarks>
internal sealed class DemoRealm : HttpMessageHandler, IHttpClientFactory, IAsyncDisposable
{
    public const string Issuer = "https://kc.example/realms/demo";
    public const string Audience = "orders-api";

    /// <summary>The session of <see cref="Alice"/>.</summary>
    public const string Session = "XqecREegFvE0iVapvbzsuCNO";

    private readonly List<(string Address, KeycloakRealm Realm, HttpMessageInvoker Line)> _realms = [];
    private volatile HeldResponses? _held;

    private DemoRealm()
    {
    }

    public KeycloakRealm Keycloak => _realms[0].Realm;

    public ManualTimeProvider Time { get; } = new();

    public RecordingLogger Log { get; } = new();

    public DateTimeOffset Now => Time.GetUtcNow();

    public KeycloakRealmFaults Faults => Keycloak.Faults;

    public KeycloakRealmKeys Keys => Keycloak.Keys;

    public RequestCounters Requests => Keycloak.Requests;

    /// <summary>Responds instead of the realm, unless it returns null. Only for documents that were captured from a real server.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?>? Instead { get; set; }

    /// <summary>The modulus of the first RS256 key: the public key that an attacker misuses as a shared secret.</summary>
    public static byte[] Modulus => Base64Url.DecodeFromChars((string)SharedRealmKeys.First("demo", "RS256").ToJwk()!["n"]!);

    /// <summary>A valid token for alice: the same bytes at each call, until the time or the key changes.</summary>
    /// <remarks>The demo realm has no organizations, so the claim is added.</remarks>
    public SignedToken Alice => Token(Keycloak.Token("alice")
        .For("cli")
        .WithScope("openid", "organization", "groups")
        .InSession(Session)
        .WithClaim("organization", new[] { "acme" })
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

    /// <summary>
    /// Holds back responses until the returned object is disposed. A held response has the keys of the moment when the request arrived, so
    /// that a slow response is an old one. The realm's own <c>HoldAnswers</c> holds back the request instead.
    /// </summary>
    /// <param name="address">The beginning of the addresses whose responses are held.</param>
    public IDisposable HoldResponses(string address = "https://") => _held = new HeldResponses(address);

    /// <summary>Waits until the realm has received this number of requests.</summary>
    public Task ArrivedAsync(int requests) => Requests.WaitForAsync(RealmEndpoint.All, requests, TestContext.Current.CancellationToken);

    public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, realm, line) in _realms)
        {
            line.Dispose();
            await realm.DisposeAsync();
        }

        Dispose();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!.AbsoluteUri;
        var known = _realms.FindIndex(realm => address.StartsWith(realm.Address, StringComparison.Ordinal));
        var response = Instead?.Invoke(request) ?? await _realms[Math.Max(known, 0)].Line.SendAsync(request, cancellationToken);
        if (_held is { } held && address.StartsWith(held.Address, StringComparison.Ordinal))
        {
            await held.Released.WaitAsync(cancellationToken);
        }

        return response;
    }

    private sealed class HeldResponses(string address) : IDisposable
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Address { get; } = address;

        public Task Released => _released.Task;

        public void Dispose() => _released.TrySetResult();
    }
}
