using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Tests.Introspection;

namespace Keycloak.ApiProtection.Tests.Realms;

/// <summary>
/// A stub of the HTTP responses that the keys of a realm are read from: any list of keys, any document, any bytes, at any moment.
/// </summary>
/// <remarks>
/// Only for tests of the parts below the pipeline: the keys, the verifier, the introspector. They need what the embedded realm cannot give:
/// keys that no realm would list (weak, malformed, contradictory), documents that no Keycloak writes, and a count of concurrent requests.
/// It knows no users, sessions or tokens. Tests of the pipeline use <see cref="DemoRealm"/>.
/// </remarks>
internal sealed class RealmStub : HttpMessageHandler, IHttpClientFactory
{
    public const string Issuer = "https://kc.example/realms/demo";
    public const string KeysAddress = Issuer + "/protocol/openid-connect/certs";

    private readonly SemaphoreSlim _arrivals = new(0);
    private volatile TaskCompletionSource? _held;
    private volatile TestKey[] _keys = [];
    private int _discoveries;
    private int _fetches;
    private int _atOnce;

    public RealmStub(params TestKey[] keys) => _keys = keys;

    public ManualTimeProvider Time { get; } = new();

    public RecordingLogger Log { get; } = new();

    public RealmSettings Settings { get; set; } = new()
    {
        SchemeName = "Keycloak",
        MetadataAddress = new Uri(Issuer + "/.well-known/openid-configuration"),
        ValidIssuers = [Issuer],
    };

    /// <summary>The discovery document. Tests may change it.</summary>
    public JsonObject Discovery { get; } = new() { ["issuer"] = Issuer, ["jwks_uri"] = KeysAddress };

    /// <summary>Creates the response instead of the realm. If it returns null, the realm responds.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?>? Instead { get; set; }

    /// <summary>The number of requests for the discovery document.</summary>
    public int Discoveries => Volatile.Read(ref _discoveries);

    /// <summary>The number of requests for the keys.</summary>
    public int Fetches => Volatile.Read(ref _fetches);

    /// <summary>The highest number of concurrent requests so far.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>The number of all requests, whatever the response was.</summary>
    public int Requests => Discoveries + Fetches;

    public DateTimeOffset Now => Time.GetUtcNow();

    public RealmKeys Open() => new(Settings, this, Time, Log);

    /// <summary>Opens the keys and waits until they have been read for the first time.</summary>
    public async Task<RealmKeys> OpenReadAsync()
    {
        var keys = Open();
        keys.Prefetch();
        await keys.Settled;

        return keys;
    }

    public void Rotate(params TestKey[] keys) => _keys = keys;

    public void GoDown() => Instead = _ => throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused");

    public void ComeUp() => Instead = null;

    /// <summary>Holds all requests without a response until <see cref="Release"/>.</summary>
    public void Hold() => _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release()
    {
        var held = _held;
        _held = null;
        held?.SetResult();
    }

    /// <summary>Waits until the given number of requests has arrived since the start.</summary>
    public async Task ArrivedAsync(int requests)
    {
        while (Requests < requests)
        {
            await _arrivals.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var isDiscovery = request.RequestUri!.AbsolutePath.EndsWith("/openid-configuration", StringComparison.Ordinal);
        _ = isDiscovery ? Interlocked.Increment(ref _discoveries) : Interlocked.Increment(ref _fetches);
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _atOnce));

        try
        {
            // The response contains the keys of the moment when the request arrived, so a slow response is an old one.
            var keys = _keys;
            _arrivals.Release();

            if (_held is { } held)
            {
                await held.Task.WaitAsync(cancellationToken);
            }

            return Instead?.Invoke(request) ?? Responses.Of(isDiscovery ? Discovery.ToJsonString() : TestKey.Set(keys));
        }
        finally
        {
            Interlocked.Decrement(ref _atOnce);
        }
    }
}
