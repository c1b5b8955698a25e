using System.Security.Cryptography;
using System.Text;
using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.Tokens;

public sealed class AlgorithmTests
{
    [Theory]
    [InlineData("rs256")]
    [InlineData("Rs256")]
    [InlineData("RS256 ")]
    [InlineData("RS255")]
    [InlineData("RS1")]
    [InlineData("RSA")]
    [InlineData("RS2560")]
    [InlineData("ES256K")]
    [InlineData("RSA-OAEP")]
    [InlineData("hs256")]
    [InlineData("RS256\0")]
    [InlineData("")]
    public async Task An_algorithm_that_is_not_spelled_as_registered_is_rejected(string algorithm)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("algorithm", await api.VerdictAsync(api.Alice.WithHeader("alg", SignedToken.Quoted(algorithm))));
        Assert.Equal("algorithm", await api.VerdictAsync(api.Alice.WithHeader("alg", "\"RS25\\u0036\"")));
        api.AssertNoFurtherRequests();
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("nOnE")]
    public async Task A_token_with_algorithm_none_is_rejected_with_and_without_a_signature(string none)
    {
        using var api = await OrdersApi.StartAsync();
        var token = api.Alice.WithHeader("alg", SignedToken.Quoted(none));

        Assert.Equal("algorithm_none", await api.VerdictAsync(token));
        Assert.Equal("algorithm_none", await api.VerdictAsync(token.Signed(_ => [0])));
        Assert.Equal("form", await api.VerdictAsync(token.SigningInput + "."));
        Assert.Equal("algorithm", await api.VerdictAsync(api.Alice.WithHeader("alg", "\"n\\u006Fne\"")));
        api.AssertNoFurtherRequests();
    }

    [Theory]
    [InlineData("HS256")]
    [InlineData("HS384")]
    [InlineData("HS512")]
    public async Task The_public_key_is_not_accepted_as_a_shared_secret_in_any_encoding(string algorithm)
    {
        using var api = await OrdersApi.StartAsync();
        using var rsa = RSA.Create(new RSAParameters
        {
            Modulus = System.Buffers.Text.Base64Url.DecodeFromChars((string)OrdersApi.Key.Jwk["n"]!),
            Exponent = System.Buffers.Text.Base64Url.DecodeFromChars((string)OrdersApi.Key.Jwk["e"]!),
        });
        byte[][] secrets =
        [
            rsa.ExportSubjectPublicKeyInfo(),
            rsa.ExportRSAPublicKey(),
            Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem()),
            Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem() + "\n"),
            Encoding.ASCII.GetBytes(OrdersApi.Key.Jwk.ToJsonString()),
            System.Buffers.Text.Base64Url.DecodeFromChars((string)OrdersApi.Key.Jwk["n"]!),
        ];

        foreach (var secret in secrets)
        {
            Assert.Equal("algorithm_symmetric", await api.VerdictAsync(api.Alice.SignedWithSecret(algorithm, secret)));
        }

        api.AssertNoFurtherRequests();
    }

    [Fact]
    public async Task EdDSA_is_rejected_because_NET_does_not_support_it()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("algorithm_eddsa", await api.VerdictAsync(api.Alice.WithHeader("alg", "\"EdDSA\"")));
        Assert.Equal("algorithm", await api.VerdictAsync(api.Alice.WithHeader("alg", "\"eddsa\"")));
        api.AssertNoFurtherRequests();
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("RS384")]
    [InlineData("RS512")]
    [InlineData("PS256")]
    [InlineData("PS384")]
    [InlineData("PS512")]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("ES512")]
    public async Task An_algorithm_is_accepted_only_if_the_api_allows_it(string algorithm)
    {
        var key = Key(algorithm);
        using var api = await OrdersApi.StartAsync(key);
        using var strict = await OrdersApi.StartAsync(OrdersApi.Asking(algorithms: [algorithm == "RS256" ? "PS256" : "RS256"]), key);

        var accepted = await api.AcceptAsync(api.Alice.SignedWith(key, algorithm));
        Assert.Equal((algorithm, "other"), (accepted.Algorithm, accepted.KeyId));
        Assert.Equal(
            "signature",
            await api.VerdictAsync(
                api.Alice.SignedWith(key, algorithm).And("\"x\":1").Signed(_ => api.Alice.SignedWith(key, algorithm).Signature)));
        Assert.Equal("algorithm", await strict.VerdictAsync(strict.Alice.SignedWith(key, algorithm)));
        strict.AssertNoFurtherRequests();
    }

    [Theory]
    [InlineData("RS256", "PS256")]
    [InlineData("RS256", "RS384")]
    [InlineData("RS256", "RS512")]
    [InlineData("RS256", "ES256")]
    [InlineData("PS256", "RS256")]
    [InlineData("ES256", "RS256")]
    [InlineData("ES256", "PS512")]
    [InlineData("ES256", "ES384")]
    [InlineData("ES384", "ES256")]
    [InlineData("ES512", "ES256")]
    public async Task A_key_is_used_only_for_its_own_algorithm(string own, string named)
    {
        var key = Key(own);
        using var api = await OrdersApi.StartAsync(key);
        var good = api.Alice.SignedWith(key, own);

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(good));
        Assert.Equal("key_unfit", await api.VerdictAsync(good.WithHeader("alg", SignedToken.Quoted(named))));

        // The result is the same if the key really signs with the named algorithm, where the key type permits it.
        if (own[0] != 'E' && named[0] != 'E')
        {
            Assert.Equal("key_unfit", await api.VerdictAsync(good.SignedWith(key, named)));
        }

        api.AssertNoFurtherRequests();
    }

    [Fact]
    public async Task An_RSA_key_without_an_algorithm_is_used_for_all_RSA_algorithms_and_for_no_ECDSA_algorithm()
    {
        var key = TestKey.Rsa("other", which: 1);
        using var api = await OrdersApi.StartAsync(key);

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.SignedWith(key, "PS384")));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.SignedWith(key, "RS512")));
        Assert.Equal("signature", await api.VerdictAsync(api.Alice.SignedWith(key, "RS512").SignedBy(key, "PS512")));
        Assert.Equal("key_unfit", await api.VerdictAsync(api.Alice.SignedWith(key, "RS512").WithHeader("alg", "\"ES512\"")));
    }

    private static TestKey Key(string algorithm) => algorithm switch
    {
        "ES256" => TestKey.Ec("other", algorithm),
        "ES384" => TestKey.Ec("other", algorithm, "P-384"),
        "ES512" => TestKey.Ec("other", algorithm, "P-521"),
        _ => TestKey.Rsa("other", algorithm, which: 1),
    };
}
