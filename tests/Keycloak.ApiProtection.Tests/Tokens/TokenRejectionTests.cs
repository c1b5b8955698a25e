using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.Tokens;

public sealed class TokenRejectionTests
{
    /// <summary>How each code is come by, but for those of the Authorization header, which the door gives, and those of what happened later, which are in Revocation and Introspection.</summary>
    private static readonly Dictionary<string, Func<TestToken, TestToken>> Ways = new()
    {
        ["size"] = token => token.And($"\"long\":\"{new string('x', 20_000)}\""),
        ["form"] = token => token.Signed(_ => []),
        ["jose_header"] = token => token.WithHeader("[]"),
        ["critical"] = token => token.WithHeader("crit", "[]"),
        ["header_type"] = token => token.WithHeader("typ", "\"JWE\""),
        ["algorithm_none"] = token => token.WithHeader("alg", "\"none\""),
        ["algorithm_symmetric"] = token => token.SignedWithSecret("HS256", [1, 2, 3]),
        ["algorithm_eddsa"] = token => token.WithHeader("alg", "\"EdDSA\""),
        ["algorithm"] = token => token.WithHeader("alg", "\"ES256K\""),
        ["payload"] = token => token.WithPayload("[]"),
        ["issuer"] = token => token.Without("iss"),
        ["kind_missing"] = token => token.Without("typ"),
        ["kind_id"] = token => token.WithText("typ", "ID"),
        ["kind_refresh"] = token => token.WithText("typ", "Refresh"),
        ["kind_offline"] = token => token.WithText("typ", "Offline"),
        ["kind_logout"] = token => token.WithText("typ", "Logout"),
        ["kind_registration"] = token => token.WithText("typ", "InitialAccessToken"),
        ["kind_identity_cookie"] = token => token.WithText("typ", "Serialized-ID"),
        ["kind_other"] = token => token.WithText("typ", "reset-credentials"),
        ["bound_dpop"] = token => token.With("cnf", "{\"jkt\":\"x\"}"),
        ["bound_certificate"] = token => token.With("cnf", "{\"x5t#S256\":\"x\"}"),
        ["bound"] = token => token.With("cnf", "{}"),
        ["expired"] = token => token.With("exp", "1"),
        ["expiry_missing"] = token => token.Without("exp"),
        ["not_yet_valid"] = token => token.With("nbf", "253402300799"),
        ["issued_ahead"] = token => token.With("iat", "253402300799"),
        ["issued_at_missing"] = token => token.Without("iat"),
        ["lightweight"] = token => token.WithPayload(KeycloakPayloads.Lightweight.Replace("http://127.0.0.1:18080/realms/demo", FakeRealm.Issuer, StringComparison.Ordinal)
            .Replace("\"exp\":1795221252", "\"exp\":1795300000", StringComparison.Ordinal)),
        ["audience"] = token => token.With("aud", "[]"),
        ["key_missing"] = token => token.WithoutHeader("kid"),
        ["key_unknown"] = token => token.WithHeader("kid", "\"nobody\""),
        ["key_unusable"] = token => token.WithHeader("kid", "\"encryption\""),
        ["key_unfit"] = token => token.WithHeader("alg", "\"ES256\""),
        ["signature"] = token => token.Signed(_ => new byte[256]),
    };

    public static TheoryData<string> Codes => [.. Ways.Keys];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Every_code_is_reached_by_a_token_that_is_good_but_for_one_thing(string code)
    {
        var encryption = TestKey.Rsa("encryption", which: 1);
        encryption.Jwk["use"] = "enc";
        using var api = await OrdersApi.StartAsync(encryption);

        Assert.Equal(code, await api.VerdictAsync(Ways[code](api.Alice)));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
    }

    [Fact]
    public void No_code_of_the_list_is_without_a_test_and_none_stands_in_it_twice() =>
        Assert.Equal(
            TokenRejection.All.Select(rejection => rejection.Code).Order(),
            Ways.Keys.Concat(["header_malformed", "header_repeated", "revoked", "revocation_watermark", "inactive"]).Order());

    [Fact]
    public void The_client_is_told_nothing_but_an_error_of_RFC_6750_and_a_fixed_sentence()
    {
        foreach (var rejection in TokenRejection.All)
        {
            Assert.Equal(rejection.Code.StartsWith("header_m", StringComparison.Ordinal) || rejection.Code == "header_repeated" ? "invalid_request" : "invalid_token", rejection.Error);
            Assert.Matches("^[A-Za-z ]{10,60}\\z", rejection.Description);
            Assert.Matches("^[a-z_]{4,30}\\z", rejection.Code);
            Assert.EndsWith(".", rejection.Reason, StringComparison.Ordinal);
            Assert.EndsWith(".", rejection.Remedy.TrimEnd(')'), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_was_found_in_a_token_changes_what_the_log_is_told_and_nothing_else()
    {
        var found = TokenRejection.Audience.Because("A reason.");

        Assert.Equal(
            (TokenRejection.Audience.Code, TokenRejection.Audience.Error, TokenRejection.Audience.Description, "A reason.", TokenRejection.Audience.Remedy),
            (found.Code, found.Error, found.Description, found.Reason, found.Remedy));
        Assert.Equal("A remedy.", found.Because("A reason.", "A remedy.").Remedy);
    }
}
