using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.Tests.Realms;

/// <summary>A stub of the two documents that the keys of a realm are read from: any list of keys, any document, any bytes.</summary>
/// <remarks>
/// Only for tests of the parts below the pipeline: the keys, the verifier, the introspector. They need what the embedded realm cannot give:
/// keys that no realm would list (weak, malformed, contradictory), documents that no Keycloak writes, and a count of concurrent requests.
/// It knows no users, sessions or tokens. Tests of the pipeline use <see cref="DemoRealm"/>.
/// </remarks>
internal sealed class RealmStub(params TestKey[] keys) : Backchannel
{
    public const string Issuer = DemoRealm.Issuer;
    public const string KeysAddress = Issuer + "/protocol/openid-connect/certs";

    private volatile TestKey[] _keys = keys;
    private int _discoveries;
    private int _fetches;

    public RealmSettings Settings { get; set; } = new()
    {
        SchemeName = "Keycloak",
        MetadataAddress = new Uri(Issuer + "/.well-known/openid-configuration"),
        ValidIssuers = [Issuer],
    };

    /// <summary>The discovery document. Tests may change it.</summary>
    public JsonObject Discovery { get; } = new() { ["issuer"] = Issuer, ["jwks_uri"] = KeysAddress };

    /// <summary>The number of requests for the discovery document.</summary>
    public int Discoveries => Volatile.Read(ref _discoveries);

    /// <summary>The number of requests for the keys.</summary>
    public int Fetches => Volatile.Read(ref _fetches);

    /// <summary>The number of all requests, whatever the response was.</summary>
    public int Requests => Discoveries + Fetches;

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

    protected override async Task<HttpResponseMessage> RespondAsync(
        HttpRequestMessage request, Task released, CancellationToken cancellation)
    {
        var isDiscovery = request.RequestUri!.AbsolutePath.EndsWith("/openid-configuration", StringComparison.Ordinal);
        _ = isDiscovery ? Interlocked.Increment(ref _discoveries) : Interlocked.Increment(ref _fetches);
        var keys = _keys;
        await released.WaitAsync(cancellation);

        return Instead?.Invoke(request) ?? Responses.Of(isDiscovery ? Discovery.ToJsonString() : TestKey.Set(keys));
    }
}
