using Keycloak.ApiProtection.ProofOfPossession.Dpop;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Dpop;

public sealed class DpopNonceTests
{
    private static readonly ProofClient Client = ProofClient.Ec();

    [Fact]
    public async Task A_proof_without_the_required_nonce_gets_one_and_is_accepted_with_it()
    {
        var api = new DpopApi(DpopApi.Asking(DpopNonceMode.Required));
        var first = await api.SendAsync(Client.Proof(api.Now));
        Assert.True(first.IsRejected(out var rejection));

        Assert.Equal(("dpop_nonce", "use_dpop_nonce"), (rejection.Code, rejection.Error));
        Assert.Equal(DpopNonces.Length, first.Nonce!.Length);
        var second = await api.SendAsync(Client.Proof(api.Now).With("nonce", first.Nonce));
        Assert.True(second.IsAccepted);
        Assert.Null(second.Nonce);
    }

    [Fact]
    public async Task A_nonce_is_for_one_key_one_scheme_and_one_secret()
    {
        var api = new DpopApi(DpopApi.Asking(DpopNonceMode.Required));
        var nonce = await NonceAsync(api, Client);

        Assert.Equal("dpop_nonce", await api.VerdictAsync(ProofClient.Ec().Proof(api.Now).With("nonce", nonce)));
        Assert.Equal(
            "dpop_nonce",
            await new DpopApi(api.Settings with { Scheme = "Other" }).VerdictAsync(Client.Proof(api.Now).With("nonce", nonce)));
        Assert.Equal(
            "dpop_nonce",
            await new DpopApi(api.Settings with { NonceKey = Enumerable.Repeat((byte)1, 32).ToArray() })
                .VerdictAsync(Client.Proof(api.Now).With("nonce", nonce)));
        Assert.Equal("dpop_nonce", await api.VerdictAsync(Client.Proof(api.Now).With("nonce", nonce + "A")));
        Assert.Equal("dpop_nonce", await api.VerdictAsync(Client.Proof(api.Now).With("nonce", "B" + nonce[1..])));
        Assert.Equal("dpop_nonce", await api.VerdictAsync(Client.Proof(api.Now).With("nonce", "")));
        Assert.Equal(DpopApi.Accepted, await new DpopApi(api.Settings).VerdictAsync(Client.Proof(api.Now).With("nonce", nonce)));
        Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(Client.Proof(api.Now).With("nonce", nonce)));
    }

    [Fact]
    public async Task A_nonce_is_accepted_for_two_buckets_and_renewed_in_the_second()
    {
        var api = new DpopApi(DpopApi.Asking(DpopNonceMode.Required));
        var nonce = await NonceAsync(api, Client);

        api.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Null((await api.SendAsync(Client.Proof(api.Now).With("nonce", nonce))).Nonce);
        api.Time.Advance(TimeSpan.FromSeconds(1));
        var renewed = await api.SendAsync(Client.Proof(api.Now).With("nonce", nonce));
        Assert.True(renewed.IsAccepted);
        Assert.NotEqual(nonce, renewed.Nonce);
        api.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(Client.Proof(api.Now).With("nonce", nonce)));
        api.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("dpop_nonce", await api.VerdictAsync(Client.Proof(api.Now).With("nonce", nonce)));
        Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(Client.Proof(api.Now).With("nonce", renewed.Nonce)));
    }

    [Fact]
    public async Task With_a_valid_nonce_the_clock_of_the_client_does_not_matter_but_iat_must_be_a_date()
    {
        var api = new DpopApi(DpopApi.Asking(DpopNonceMode.Required));
        var nonce = await NonceAsync(api, Client);

        Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(Client.Proof(api.Now.AddDays(-400)).With("nonce", nonce)));
        Assert.Equal(DpopApi.Accepted, await api.VerdictAsync(Client.Proof(api.Now.AddDays(400)).With("nonce", nonce)));
        Assert.Equal("dpop_time", await api.VerdictAsync(Client.Proof(api.Now).With("nonce", nonce).With("iat", "1")));
    }

    [Theory]
    [InlineData(DpopNonceMode.Required)]
    [InlineData(DpopNonceMode.UnderPressure)]
    public async Task A_proof_with_a_nonce_cannot_be_replayed_while_the_nonce_lives_nor_afterward_by_its_own_clock(DpopNonceMode mode)
    {
        var api = new DpopApi(DpopApi.Asking(mode));
        var nonce = new DpopNonces(api.Settings).Create(Client.Thumbprint, api.Now);

        // The clock of this client is 5 minutes ahead.
        var proof = Client.Proof(api.Now.AddMinutes(5)).With("nonce", nonce).Text;
        Assert.Equal(DpopApi.Accepted, DpopApi.Verdict(await api.SendAsync(proof, Client)));
        for (var second = 0; second < 400; second++)
        {
            Assert.True(DpopApi.Verdict(await api.SendAsync(proof, Client)) is "dpop_replayed" or "dpop_nonce", $"{second}");
            api.Time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task If_nonces_are_never_used_a_nonce_has_no_effect()
    {
        var api = new DpopApi(DpopApi.Asking(DpopNonceMode.Never));

        var result = await api.SendAsync(Client.Proof(api.Now).With("nonce", "foreign"));
        Assert.True(result.IsAccepted);
        Assert.Null(result.Nonce);
        Assert.Null((await api.SendAsync(default, Client)).Nonce);
        Assert.Equal("dpop_time", await api.VerdictAsync(Client.Proof(api.Now.AddSeconds(-61)).With("nonce", "foreign")));
    }

    [Fact]
    public async Task The_nonce_of_a_replica_whose_clock_is_a_little_ahead_is_accepted()
    {
        var api = new DpopApi(DpopApi.Asking(DpopNonceMode.Required));
        var nonces = new DpopNonces(api.Settings);

        Assert.Equal(
            DpopApi.Accepted,
            await api.VerdictAsync(Client.Proof(api.Now).With("nonce", nonces.Create(Client.Thumbprint, api.Now.AddSeconds(31)))));
        Assert.Equal(
            "dpop_nonce",
            await api.VerdictAsync(Client.Proof(api.Now).With("nonce", nonces.Create(Client.Thumbprint, api.Now.AddSeconds(61)))));
    }

    private static async Task<string> NonceAsync(DpopApi api, ProofClient client) => (await api.SendAsync(client.Proof(api.Now))).Nonce!;
}
