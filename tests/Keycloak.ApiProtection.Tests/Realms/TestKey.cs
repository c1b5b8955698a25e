using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Tests.Realms;

/// <summary>A key pair that signs as Keycloak does, and its public key as Keycloak lists it.</summary>
internal sealed class TestKey
{
    // Creating RSA keys is slow, so the tests share a few of them.
    private static readonly ConcurrentDictionary<(int Bits, int Which), RSA> RsaKeys = new();

    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;

    private TestKey(string id, RSA? rsa, ECDsa? ecdsa, JsonObject jwk)
    {
        Id = id;
        _rsa = rsa;
        _ecdsa = ecdsa;
        Jwk = jwk;
    }

    public string Id { get; }

    /// <summary>The public key as a JWK. Tests may change it.</summary>
    public JsonObject Jwk { get; }

    public static TestKey Rsa(string id, string? alg = null, int bits = 2048, int which = 0)
    {
        var rsa = RsaKeys.GetOrAdd((bits, which), key => RSA.Create(key.Bits));
        var numbers = rsa.ExportParameters(includePrivateParameters: false);

        return new TestKey(id, rsa, null, Describe(id, "RSA", alg, ("n", numbers.Modulus!), ("e", numbers.Exponent!)));
    }

    public static TestKey Ec(string id, string? alg = null, string curve = "P-256")
    {
        var ecdsa = ECDsa.Create(SigningCurve.Find(curve)!.Parameters);
        var point = ecdsa.ExportParameters(includePrivateParameters: false).Q;
        var jwk = Describe(id, "EC", alg, ("x", point.X!), ("y", point.Y!));
        jwk["crv"] = curve;

        return new TestKey(id, null, ecdsa, jwk);
    }

    public byte[] Sign(SigningAlgorithm algorithm, ReadOnlySpan<byte> input) =>
        _rsa is not null
            ? _rsa.SignData(input, algorithm.Hash, algorithm.Padding!)
            : _ecdsa!.SignData(input, algorithm.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public byte[] SignDer(SigningAlgorithm algorithm, ReadOnlySpan<byte> input) =>
        _ecdsa!.SignData(input, algorithm.Hash, DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>The key as the library reads it.</summary>
    public (SigningKey? Key, UnusableKey? Unusable) Read() => Read(Jwk);

    public static (SigningKey? Key, UnusableKey? Unusable) Read(JsonObject jwk)
    {
        using var document = JsonDocument.Parse(jwk.ToJsonString());

        return JsonWebKey.Read(document.RootElement);
    }

    public static string Set(params IEnumerable<TestKey> keys) =>
        new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => key.Jwk.DeepClone())]) }.ToJsonString();

    private static JsonObject Describe(string id, string type, string? alg, params (string Name, byte[] Bytes)[] numbers)
    {
        var jwk = new JsonObject { ["kid"] = id, ["kty"] = type, ["use"] = "sig" };

        if (alg is not null)
        {
            jwk["alg"] = alg;
        }

        foreach (var (name, bytes) in numbers)
        {
            jwk[name] = Base64Url.EncodeToString(bytes);
        }

        return jwk;
    }
}
