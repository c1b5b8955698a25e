using Keycloak.ApiProtection.TokenCheck;

namespace Keycloak.ApiProtection.Tests.TokenCheck;

public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("/check/orders/../lax")]
    [InlineData("/check/orders/..")]
    [InlineData("/check/orders/.")]
    [InlineData("/check/./orders")]
    [InlineData("/check/orders/%2e%2E/lax")]
    [InlineData("/check/orders/.%2e/lax?a=b")]
    [InlineData("/check/orders/..%2flax")]
    [InlineData("/check/orders%2f..%2Flax")]
    [InlineData("/check/orders/..\\lax")]
    [InlineData("/check/orders%5c..%5Clax")]
    [InlineData("/check/orders/..;/lax")]
    [InlineData("/check/orders/..;a=b/lax")]
    [InlineData("/check/orders/..%3b/lax")]
    [InlineData("http://host/check/../lax")]
    public void Dot_segments_are_detected_in_every_spelling(string target) => Assert.True(RequestTarget.HasDotSegment(target));

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/check/orders//1")]
    [InlineData("/check/orders/.../1")]
    [InlineData("/check/orders/..a/a../.a/a.b")]
    [InlineData("/check/orders/.well-known")]
    [InlineData("/check/orders/%2e%2e%2e")]
    [InlineData("/check/orders?next=/../lax")]
    [InlineData("/check/orders/a%2Fb%2")]
    [InlineData("/check/orders/%252e%252e")]
    [InlineData("/check/orders/%e3%81%82;v=1")]
    [InlineData("http://127.0.0.1:80/check/orders/a.b")]
    public void Other_dots_are_not_dot_segments(string target) => Assert.False(RequestTarget.HasDotSegment(target));
}
