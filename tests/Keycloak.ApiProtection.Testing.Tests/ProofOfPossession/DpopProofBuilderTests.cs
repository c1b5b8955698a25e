using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Tests.Support;

namespace Keycloak.ApiProtection.Testing.Tests.ProofOfPossession;

public sealed class DpopProofBuilderTests : IDisposable
{
    private static readonly Uri Url = new("https://api.example.com/orders/7?page=2#end");

    private readonly TestClock _clock = new();
    private readonly DpopKey _key;
    private readonly DpopKey _otherKey;

    public DpopProofBuilderTests()
    {
        _key = DpopKey.Create(timeProvider: _clock);
        _otherKey = DpopKey.Create(timeProvider: _clock);
    }

    public void Dispose()
    {
        _key.Dispose();
        _otherKey.Dispose();
    }

    private DpopProofBuilder Good => _key.Proof(HttpMethod.Get, Url).For("token").WithNonce("n1");

    private IReadOnlyList<string> Faults(string proof) =>
        ProofCheck.Faults(proof, "GET", "https://api.example.com/orders/7", _clock.GetUtcNow(), _key.Thumbprint, "token", "n1");

    [Theory]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("ES512")]
    [InlineData("PS256")]
    [InlineData("PS384")]
    [InlineData("PS512")]
    [InlineData("RS256")]
    [InlineData("RS384")]
    [InlineData("RS512")]
    public void A_proof_is_valid_with_each_algorithm(string algorithm)
    {
        using var key = DpopKey.Create(algorithm, _clock);
        var proof = key.Proof(HttpMethod.Post, Url).For("token").Create();

        Assert.Equal(algorithm, (string?)Decoded.Of(proof).Header["alg"]);
        Assert.Equal(key.PublicJwk, Decoded.Of(proof).Header["jwk"]!.ToJsonString());
        Assert.Empty(ProofCheck.Faults(
            proof, "POST", "https://api.example.com/orders/7", _clock.GetUtcNow(), key.Thumbprint, "token"));
    }

    [Fact]
    public void A_key_for_another_algorithm_is_not_created() =>
        Assert.StartsWith(
            "DPoP proofs cannot be signed with 'HS256'. Use ES256,",
            Assert.Throws<ArgumentException>(() => DpopKey.Create("HS256")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_proof_for_a_relative_URL_is_not_created() =>
        Assert.Throws<ArgumentException>(() => _key.Proof(HttpMethod.Get, new Uri("/orders", UriKind.Relative)));

    [Fact]
    public void A_proof_of_a_nonce_and_a_token_is_valid() => Assert.Empty(Faults(Good.Create()));

    [Fact]
    public void Each_proof_of_a_builder_has_its_own_jti_and_the_current_time()
    {
        var first = Decoded.Of(Good.Create());
        _clock.Advance(TimeSpan.FromSeconds(5));
        var second = Decoded.Of(Good.Create());

        Assert.NotEqual(first["jti"], second["jti"]);
        Assert.Equal(5, second.Number("iat") - first.Number("iat"));
    }

    [Fact]
    public void A_jti_can_be_repeated() =>
        Assert.Equal(Decoded.Of(Good.WithId("1").Create())["jti"], Decoded.Of(Good.WithId("1").Create())["jti"]);

    public static TheoryData<string> Wrongs => [.. WrongProofs.Keys];

    [Theory]
    [MemberData(nameof(Wrongs))]
    public void A_proof_is_wrong_in_exactly_the_demanded_way(string wrong)
    {
        var (change, faults) = WrongProofs[wrong];

        Assert.Equal(faults, string.Join(", ", Faults(change(this, Good).Create())));
    }

    /// <summary>Each change, and the checks of RFC 9449 section 4.3 that fail because of it.</summary>
    private static readonly Dictionary<string, (Func<DpopProofBuilderTests, DpopProofBuilder, DpopProofBuilder> Change, string Faults)>
        WrongProofs = new()
        {
            ["typ"] = ((_, proof) => proof.WithHeader("typ", "JWT"), "typ"),
            ["no typ"] = ((_, proof) => proof.WithHeader("typ", null), "typ, header"),
            ["alg"] = ((_, proof) => proof.WithHeader("alg", "ES384"), "signature"),
            ["extra header"] = ((_, proof) => proof.WithHeader("crit", new[] { "exp" }), "header"),
            ["other key in jwk"] = ((test, proof) => proof.WithKeyOf(test._otherKey), "thumbprint, signature"),
            ["proof of another key"] = (
                (test, _) => test._otherKey.Proof(HttpMethod.Get, Url).For("token").WithNonce("n1"), "thumbprint"),
            ["private key"] = ((_, proof) => proof.WithPrivateKey(), "private key"),
            ["algorithm confusion"] = ((_, proof) => proof.SignedWithHmacOfPublicKey(), "signature"),
            ["unsigned"] = ((_, proof) => proof.Unsigned(), "signature"),
            ["tampered"] = ((_, proof) => proof.Tampered(), "signature"),
            ["method"] = ((_, proof) => proof.WithMethod("get"), "htm"),
            ["url"] = ((_, proof) => proof.WithUrl("https://api.example.com/orders/8"), "htu"),
            ["token"] = ((_, proof) => proof.For("other"), "ath"),
            ["no token"] = ((_, proof) => proof.For(null), "ath"),
            ["old"] = ((_, proof) => proof.IssuedAgo(TimeSpan.FromSeconds(61)), "iat"),
            ["future"] = ((_, proof) => proof.IssuedAgo(TimeSpan.FromSeconds(-11)), "iat"),
            ["other time"] = ((_, proof) => proof.IssuedAt(DateTimeOffset.UnixEpoch), "iat"),
            ["iat is a fraction"] = ((_, proof) => proof.WithClaim("iat", 1.5), "iat"),
            ["no jti"] = ((_, proof) => proof.WithoutClaim("jti"), "jti"),
            ["nonce"] = ((_, proof) => proof.WithNonce("n0"), "nonce"),
            ["no nonce"] = ((_, proof) => proof.WithNonce(null), "nonce"),
        };

    [Fact]
    public void The_private_key_in_a_proof_is_the_key_itself()
    {
        var jwk = Decoded.Of(Good.WithPrivateKey().Create()).Header["jwk"]!;
        using var key = DpopKey.Create("PS256");
        var rsa = Decoded.Of(key.Proof(HttpMethod.Get, Url).WithPrivateKey().Create()).Header["jwk"]!.AsObject();

        Assert.Equal(43, ((string)jwk["d"]!).Length);
        Assert.Equal(["kty", "n", "e", "d", "p", "q", "dp", "dq", "qi"], rsa.Select(member => member.Key));
    }

    [Fact]
    public void A_confused_verifier_would_accept_the_HMAC_of_the_public_key()
    {
        var proof = Good.SignedWithHmacOfPublicKey().Create();
        var jwk = JsonNode.Parse(_key.PublicJwk)!;
        byte[] Bytes(string name) => System.Buffers.Text.Base64Url.DecodeFromChars((string)jwk[name]!);
        using var publicKey = ECDsa.Create(
            new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Bytes("x"), Y = Bytes("y") } });
        var hmac = HMACSHA256.HashData(
            Encoding.ASCII.GetBytes(publicKey.ExportSubjectPublicKeyInfoPem()), Encoding.ASCII.GetBytes(proof[..proof.LastIndexOf('.')]));

        Assert.Equal("HS256", (string?)Decoded.Of(proof).Header["alg"]);
        Assert.EndsWith("." + System.Buffers.Text.Base64Url.EncodeToString(hmac), proof, StringComparison.Ordinal);
    }

    [Fact]
    public void A_malformed_header_and_payload_are_signed_as_they_are()
    {
        var parts = Good.WithRawHeader("[]").WithRawPayload("{\"jti\":1,\"jti\":2}").Create().Split('.');

        Assert.Equal(("W10", "eyJqdGkiOjEsImp0aSI6Mn0"), (parts[0], parts[1]));
    }

    [Fact]
    public void A_proof_can_have_any_length_and_stays_valid()
    {
        var shortest = Good.Create().Length;
        Assert.All(Enumerable.Range(4090, 12), length =>
        {
            var proof = Good.WithLength(length).Create();
            Assert.Equal(length, proof.Length);
            Assert.Empty(Faults(proof));
        });

        Assert.Throws<ArgumentException>(() => Good.WithLength(shortest - 1).Create());
    }
}
