import { useCallback } from "react";
import { useNavigate } from "react-router";

interface Followed {
  preventDefault: () => void;
  detail: { href?: string | undefined; external?: boolean | undefined };
}

/** For `onFollow` of Cloudscape's links: stays within the page instead of loading it anew. */
export function useFollow(): (event: Followed) => void {
  const navigate = useNavigate();
  return useCallback((event) => {
    const { href, external } = event.detail;
    if (!href || external) return;
    event.preventDefault();
    void navigate(href);
  }, [navigate]);
}
