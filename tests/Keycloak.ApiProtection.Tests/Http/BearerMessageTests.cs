using Keycloak.ApiProtection.Http;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.Tests.Http;

public sealed class BearerMessageTests
{
    [Theory]
    [InlineData("Bearer abc.def.ghi", "abc.def.ghi")]
    [InlineData("bEaReR   abc.def.ghi  ", "abc.def.ghi")]
    public void One_header_with_one_token_is_read(string header, string token)
    {
        var message = Read(header);

        Assert.Null(message.Rejection);
        Assert.Equal(token, message.Token.ToString());
    }

    [Theory]
    [InlineData("Bearer\tabc")]
    [InlineData("Bearer abc\r\nX-Evil: 1")]
    [InlineData("Bearer abc\0")]
    [InlineData("Bearer a\u0301bc")]
    [InlineData("Bearer abc def")]
    [InlineData("Bearer")]
    public void A_header_with_characters_that_are_not_valid_in_a_token_is_malformed(string header) =>
        Assert.Equal("header_malformed", Rejection(header));

    [Theory]
    [InlineData("Bearer abc,Bearer def")]
    [InlineData("Bearer abc", "Bearer def")]
    [InlineData("Basic abc", "bearer def")]
    [InlineData("Bearer, Bearer abc")]
    public void Several_tokens_are_distinguished_from_a_malformed_token(params string[] headers) =>
        Assert.Equal("header_repeated", Rejection(headers));

    [Theory]
    [InlineData]
    [InlineData("")]
    [InlineData("Basic abc")]
    [InlineData("DPoP_abc")]
    [InlineData("Bear er")]
    [InlineData("Bearerabc")]
    [InlineData("Basic abc", "Negotiate def")]
    public void Headers_of_other_schemes_are_ignored(params string[] headers)
    {
        var message = Read(headers);

        Assert.Null(message.Rejection);
        Assert.True(message.Token.IsEmpty);
    }

    [Theory]
    [InlineData("DPoP abc", true)]
    [InlineData("dpop  abc ", true)]
    [InlineData("Bearer abc", false)]
    public void The_scheme_of_a_token_is_known(string header, bool isDpop)
    {
        var message = Read(header);

        Assert.Equal(("abc", isDpop), (message.Token.ToString(), message.IsDpop));
    }

    [Theory]
    [InlineData("DPoP abc", "Bearer abc")]
    [InlineData("DPoP abc, DPoP abc")]
    [InlineData("DPoP abc", "DPoP abc")]
    public void A_token_is_sent_with_one_scheme(params string[] headers) => Assert.Equal("header_repeated", Rejection(headers));

    private static string? Rejection(params string[] headers)
    {
        var message = Read(headers);
        return (message.Rejection ?? message.Malformed)?.Code;
    }

    private static BearerMessage Read(params string[] headers)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Authorization = headers;
        return BearerMessage.Read(http.Request, []);
    }
}
