using System.Buffers.Text;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.Tokens;

public sealed class SignatureTests
{
    [Fact]
    public async Task A_signature_with_another_key_is_rejected()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("signature", await api.VerdictAsync(api.Alice.SignedBy(TestKey.Rsa("foreign", which: 1))));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
        api.AssertNoFurtherRequests();
    }

    [Fact]
    public async Task A_signature_is_valid_for_only_one_header_and_one_payload()
    {
        using var api = await OrdersApi.StartAsync();
        var signature = api.Alice.Signature;

        Assert.Equal("signature", await api.VerdictAsync(api.Alice.WithText("sub", "somebody-else").Signed(_ => signature)));
        Assert.Equal("signature", await api.VerdictAsync(api.Alice.AndHeader("\"x\":1").Signed(_ => signature)));
        Assert.Equal(
            "signature", await api.VerdictAsync(api.Alice.WithPayload([.. api.Alice.PayloadBytes, (byte)' ']).Signed(_ => signature)));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.Signed(_ => signature)));
    }

    [Fact]
    public async Task A_signature_of_another_length_is_rejected()
    {
        using var api = await OrdersApi.StartAsync();
        var signature = api.Alice.Signature;

        foreach (var wrong in new byte[][]
        {
            [0],
            signature[..^1],
            signature[1..],
            [.. signature, 0],
            [0, .. signature],
            [.. signature, .. signature],
            new byte[256],
            new byte[4096],
        })
        {
            Assert.Equal("signature", await api.VerdictAsync(api.Alice.Signed(_ => wrong)));
        }
    }

    [Fact]
    public async Task A_signature_with_another_padding_or_hash_than_the_header_says_is_rejected()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("signature", await api.VerdictAsync(api.Alice.SignedBy(OrdersApi.Key, "PS256")));
        Assert.Equal("signature", await api.VerdictAsync(api.Alice.SignedBy(OrdersApi.Key, "RS384")));
        Assert.Equal("signature", await api.VerdictAsync(api.Alice.SignedBy(OrdersApi.Key, "RS512")));
    }

    [Fact]
    public async Task The_psychic_signature_and_its_variants_are_rejected()
    {
        var key = TestKey.Ec("curve", "ES256");
        using var api = await OrdersApi.StartAsync(key);
        var good = api.Alice.SignedWith(key, "ES256");
        var signature = good.Signature;
        var order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");

        foreach (var wrong in new byte[][]
        {
            new byte[64], [.. new byte[32], .. signature[32..]], [.. signature[..32], .. new byte[32]], [.. order, .. order],
            [.. signature[32..], .. signature[..32]], [.. signature, 0], signature[..63], new byte[96],
        })
        {
            Assert.Equal("signature", await api.VerdictAsync(good.Signed(_ => wrong)));
        }

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(good.Signed(_ => signature)));
    }

    [Fact]
    public async Task An_ECDSA_signature_in_DER_form_is_rejected()
    {
        var key = TestKey.Ec("curve", "ES256");
        using var api = await OrdersApi.StartAsync(key);
        Assert.True(Keycloak.ApiProtection.Realms.Keys.SigningAlgorithm.TryGet("ES256", out var algorithm));

        Assert.Equal(
            "signature", await api.VerdictAsync(api.Alice.SignedWith(key, "ES256").Signed(input => key.SignDer(algorithm, input))));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.SignedWith(key, "ES256")));
    }

    [Fact]
    public async Task A_signature_over_the_decoded_token_is_rejected()
    {
        using var api = await OrdersApi.StartAsync();
        var algorithm = Keycloak.ApiProtection.Realms.Keys.SigningAlgorithm.All[0];
        var decoded = api.Alice.Signed(
            _ => OrdersApi.Key.Sign(algorithm, [.. api.Alice.HeaderBytes, (byte)'.', .. api.Alice.PayloadBytes]));
        var header = Base64Url.EncodeToString(api.Alice.WithHeader("b64", "false").HeaderBytes);
        var unencoded = api.Alice.WithHeader("b64", "false").Signed(
            _ => OrdersApi.Key.Sign(
                algorithm, [.. System.Text.Encoding.ASCII.GetBytes(header), (byte)'.', .. api.Alice.PayloadBytes]));

        Assert.Equal("signature", await api.VerdictAsync(decoded));
        Assert.Equal("signature", await api.VerdictAsync(unencoded));
    }
}
